import { createHash } from 'node:crypto';
import type { ChainableCommander, Redis, RedisOptions } from 'ioredis';
import { TransientError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { within } from '../within.ts';
import type { RedisBackoff } from './redis-backoff.ts';
import { failFastOptions } from './redis-url.ts';

/**
 * The time in which one server process has been primary without a break, as seen over one connection; compared by identity.
 */
export interface Reign {
  /** Names the process, and, if it was a replica before, the reign as well. The same for all who see it. */
  readonly name: string;
  /** 8 bytes that stand for the name. */
  readonly stamp: Buffer;
}

export interface RedisLinkOptions {
  client: Redis;
  backoff: RedisBackoff;
  log: Logger;
  /**
   * Written again and again, to be sure that the server still takes writes: one that must have replicas (`min-replicas-to-write`)
   * refuses them soon after it was cut off. While that is not known for 2 s, the link is not used. Default: nothing is written.
   */
  probeKey?: string | undefined;
}

/** Of ioredis, for each connection of a store. */
export const linkOptions = {
  ...failFastOptions,
  // Above the limits of those who wait, which allow for a pause of this process as this one does not; well below
  // socketTimeout: commands that reach both at once are never answered.
  commandTimeout: 500,
  enableAutoPipelining: true,
  // Those who read are gathered already, and need not wait for another turn of the event loop.
  autoPipeliningIgnoredCommands: ['mget'],
} satisfies RedisOptions;

const lookIntervalMs = 300;
const leaseMs = 2_000;
/** Refused by a server that is no primary any more, or may soon be none. */
const refusesWrites = /^(READONLY|NOREPLICAS)/;

/** One connection to one server process, of which it knows in which reign it is. It reconnects for ever, with pauses of 1 s at the most. */
export function createRedisLink({ client, backoff, log, probeKey }: RedisLinkOptions) {
  let reign: Reign | undefined;
  let seenAt = 0;
  /** By identity. */
  let connection: object | undefined;
  let looked: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let started: Promise<void> | undefined;

  client.on('error', (error) => {
    // Once an outage: the attempts that follow would fill the log.
    log[backoff.isFirst() ? 'warn' : 'debug']({ err: error }, 'Redis is unreachable');
  });
  client.on('close', () => {
    if (reign) log.warn('the connection to Redis was lost');
    lose();
  });
  client.on('ready', () => {
    connection = {};
    looked = look();
  });

  function lose() {
    clearTimeout(timer);
    connection = undefined;
    reign = undefined;
  }

  /** What the server is. Throws if it takes no writes. */
  async function ask() {
    const [server, replication] = await Promise.all([
      client.info('server'),
      client.info('replication'),
      probeKey === undefined ? undefined : client.set(probeKey, '1', 'PX', 1_000).catch(throwIfRefused),
    ]);
    const runId = /^run_id:([0-9a-f]{16})/m.exec(server)?.[1];
    if (!runId) throw new Error('INFO server tells no run_id');
    if (/^role:slave/m.test(replication)) throw new Error('READONLY it is a replica');
    // A primary that was a replica before has an id of its reign, and remembers the one before it.
    const wasReplica = /^master_replid2:(?!0{40})/m.test(replication);
    const reignId = wasReplica ? /^master_replid:([0-9a-f]{16})/m.exec(replication)?.[1] : undefined;
    return reignId === undefined ? runId : `${runId}.${reignId}`;
  }

  /** Finds the reign, and looks on: a connection may outlive it, and what was kept before it must not be read after it. */
  async function look(): Promise<void> {
    const looking = connection;
    const askedAt = performance.now();
    const found = await ask().catch((error: Error) => error);
    if (looking !== connection) return;
    if (found instanceof Error) {
      if (refusesWrites.test(found.message)) suspend(found);
      else if (!reign) return giveUp('Redis did not say which process it is', found);
      // Else it is the connection's time-out that decides.
    } else {
      seenAt = askedAt;
      if (!reign) begin(found);
      else if (reign.name !== found) return giveUp('this Redis was a replica meanwhile');
    }
    timer = setTimeout(() => void look(), lookIntervalMs);
  }

  /** It may go on as before: a primary that was without replicas for a while has stayed the primary. */
  function suspend(reason: Error) {
    if (reign) log.warn({ reason: reason.message }, 'Redis takes no writes');
    reign = undefined;
  }

  function begin(name: string) {
    reign = reignOf(name);
    backoff.reset();
    log.info('connected to Redis');
  }

  function giveUp(message: string, err?: Error) {
    log.warn({ err }, message);
    lose();
    client.disconnect(true);
  }

  return {
    client,

    reign: () => reign,

    /** Somebody else is the primary now: looks for it anew. */
    leave() {
      if (connection) giveUp('Redis has another primary now');
    },

    /** Runs commands in one reign. What was queued in it must not be answered in the next. */
    async run<T>(commands: (reign: Reign) => Promise<T>): Promise<T> {
      const begun = reign;
      if (!begun) throw unreachable('There is no connection to Redis');
      if (probeKey !== undefined && performance.now() - seenAt > leaseMs)
        throw unreachable('Redis has not said for long that it is the primary');
      const answer = await commands(begun);
      if (reign !== begun) throw unreachable('The connection to Redis was lost');
      return answer;
    },

    /** Waits for the first look, a second at the most. Never rejects. */
    start() {
      started ??= within(
        linkOptions.connectTimeout,
        client.connect().then(() => looked),
      ).catch(() => undefined);
      return started;
    },

    stop() {
      lose();
      client.disconnect();
    },
  };
}

export type RedisLink = ReturnType<typeof createRedisLink>;

export const tokenLost = () =>
  new TransientError('CACHE_TOKEN_LOST', { detail: 'Redis evicted a new token at once' });

export const unreachable = (detail: string) => new TransientError('CACHE_UNREACHABLE', { detail });

function reignOf(name: string): Reign {
  return { name, stamp: createHash('sha256').update(name).digest().subarray(0, 8) };
}

function throwIfRefused(error: Error) {
  // Whatever else it refuses, such as for want of memory, it says as the primary.
  if (refusesWrites.test(error.message)) throw error;
}

/** What the commands answer. Throws the error of the first that failed. */
export async function send(commands: ChainableCommander): Promise<unknown[]> {
  const results = (await commands.exec()) ?? [];
  return results.map(([error, result]) => {
    if (error) throw error;
    return result;
  });
}
