import { Redis, type ChainableCommander } from 'ioredis';
import { backoffMs } from '../bus/waiting.ts';
import { TransientError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { tokenTtlSeconds, type CacheStore } from './cache-store.ts';
import { within } from '../within.ts';

export interface RedisStoreOptions {
  /** `redis://` or `rediss://`: one server (Redis >= 6.2), not a proxy that spreads commands over several. */
  url: string;
  log: Logger;
  /** Before every key; without braces. Default `ct:`. */
  prefix?: string;
}

const connectTimeoutMs = 1000;

/**
 * A store in Redis, shared by all instances of a service. It reconnects for ever, with pauses of 1 s at the
 * most. The names of all keys contain the server process's `run_id`, so that nothing outlives a restart or a
 * failover: an old snapshot, or a replica that missed the last bumps, would bring old tokens and old entries
 * back together.
 */
export function createRedisStore({ url, log, prefix = 'ct:' }: RedisStoreOptions): CacheStore {
  let session: { namespace: string } | undefined;
  let identified: Promise<void> | undefined;
  let failedConnects = 0;

  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    // Counted here, as ioredis counts from 0 again before the server is identified.
    retryStrategy: () => backoffMs(failedConnects++, 1_000),
    maxLoadingRetryTime: 1000,
    // A command fails now instead of being done later, or twice.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Above the limits of those who wait, which allow for a pause of this process as this one does not; well below
    // socketTimeout: commands that reach both at once are never answered.
    commandTimeout: 500,
    // A connection that is dead without a word would otherwise stay until TCP gives up, after minutes.
    socketTimeout: 1000,
    // After a failover the old primary may still answer, but it takes no writes.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    enableAutoPipelining: true,
    // Those who read are gathered already, and need not wait for another turn of the event loop.
    autoPipeliningIgnoredCommands: ['mget'],
  });

  client.on('error', (error) => {
    // Once an outage: the attempts that follow would fill the log.
    log[failedConnects === 0 ? 'warn' : 'debug']({ err: error }, 'Redis is unreachable');
  });
  client.on('close', () => {
    if (session) log.warn('the connection to Redis was lost');
    session = undefined;
  });
  client.on('ready', () => {
    identified = identify();
  });

  async function identify() {
    try {
      const runId = /^run_id:([0-9a-f]{16})/m.exec(await client.info('server'))?.[1];
      if (!runId) throw new Error('INFO server tells no run_id');
      session = { namespace: `${prefix}${runId}:` };
      failedConnects = 0;
      log.info('connected to Redis');
    } catch (error) {
      log.warn({ err: error }, 'Redis did not say which process it is');
      if (client.status === 'ready') client.disconnect(true);
    }
  }

  /** Runs commands on the names of one session. What was queued under it must not be answered by the next server. */
  async function inSession<T>(commands: (namespace: string) => Promise<T>): Promise<T> {
    const begun = session;
    if (!begun) throw new TransientError('CACHE_UNREACHABLE', { detail: 'There is no connection to Redis' });
    const answer = await commands(begun.namespace);
    if (session !== begun)
      throw new TransientError('CACHE_UNREACHABLE', { detail: 'The connection to Redis was lost' });
    return answer;
  }

  return {
    session: () => session,

    read: (keys) => inSession((namespace) => client.mgetBuffer(keys.map((key) => namespace + key))),

    claimTokens: (keys, token) =>
      inSession(async (namespace) => {
        const names = keys.map((key) => namespace + key);
        const commands = client.pipeline();
        // SET with both NX and GET would need Redis 7.
        for (const name of names) commands.set(name, token, 'EX', tokenTtlSeconds, 'NX');
        const results = await send(commands.mgetBuffer(names));
        const held = results.at(-1) as (Buffer | null)[];
        if (held.includes(null))
          throw new TransientError('CACHE_TOKEN_LOST', { detail: 'Redis evicted a new token at once' });
        return held as Buffer[];
      }),

    replaceTokens: (keys, token) =>
      inSession(async (namespace) => {
        const commands = client.pipeline();
        for (const key of keys) commands.set(namespace + key, token, 'EX', tokenTtlSeconds);
        await send(commands);
      }),

    write: (key, bytes, ttlMs) =>
      inSession(async (namespace) => {
        await client.set(namespace + key, bytes, 'PX', ttlMs);
      }),

    ping: () =>
      inSession(async () => {
        await client.ping();
      }),

    async start() {
      const connected = client.connect().then(() => identified);
      await within(connectTimeoutMs, connected).catch(() => undefined);
    },

    async stop() {
      session = undefined;
      client.disconnect();
    },
  };
}

/** What the commands answer. Throws the error of the first that failed. */
async function send(commands: ChainableCommander): Promise<unknown[]> {
  const results = (await commands.exec()) ?? [];
  return results.map(([error, result]) => {
    if (error) throw error;
    return result;
  });
}
