import type { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { tokenTtlSeconds, type CacheStore } from './cache-store.ts';
import { createRedisBackoff } from './redis-backoff.ts';
import { createRedisClusterStore } from './redis-cluster-store.ts';
import { createRedisLink, linkOptions, send, tokenLost } from './redis-link.ts';
import { watchSentinels } from './redis-sentinels.ts';
import { createRedisClient, parseRedisUrl } from './redis-url.ts';

export interface RedisStoreOptions {
  /**
   * `redis://`: one server (Redis >= 6.2), not a proxy that spreads commands over several; `redis+sentinel://`; or
   * `redis+cluster://`. With `rediss` by TLS.
   */
  url: string;
  log: Logger;
  /** Before every key; without braces. Default `ct:`. */
  prefix?: string;
}

/**
 * A store in Redis, shared by all instances of a service. It reconnects for ever, with pauses of 1 s at the
 * most. Nothing outlives a restart or a failover of a server: an old snapshot, or a replica that missed the last bumps, would
 * bring old tokens and old entries back together. So the names of all keys contain the server process's `run_id`, and the
 * id of its reign if it was a replica before. In a cluster, where keys move from server to server, each value holds them.
 */
export function createRedisStore({ url, log, prefix = 'ct:' }: RedisStoreOptions): CacheStore {
  const address = parseRedisUrl(url);
  if (address.kind === 'cluster') return createRedisClusterStore({ ...address, log, prefix });

  const backoff = createRedisBackoff();
  const client = createRedisClient(url, { ...linkOptions, retryStrategy: backoff.nextMs }) as Redis;
  const probeKey = address.kind === 'sentinel' ? `${prefix}primary` : undefined;
  const link = createRedisLink({ client, backoff, log, probeKey });
  const sentinels =
    address.kind === 'sentinel' ? watchSentinels(address.options, () => link.leave()) : undefined;
  const inReign = <T>(commands: (namespace: string) => Promise<T>) =>
    link.run(({ name }) => commands(`${prefix}${name}:`));

  return {
    session: link.reign,

    read: (keys) => inReign((namespace) => client.mgetBuffer(keys.map((key) => namespace + key))),

    claimTokens: (keys, token) =>
      inReign(async (namespace) => {
        const names = keys.map((key) => namespace + key);
        const commands = client.pipeline();
        // SET with both NX and GET would need Redis 7.
        for (const name of names) commands.set(name, token, 'EX', tokenTtlSeconds, 'NX');
        const results = await send(commands.mgetBuffer(names));
        const held = results.at(-1) as (Buffer | null)[];
        if (held.includes(null)) throw tokenLost();
        return held as Buffer[];
      }),

    replaceTokens: (keys, token) =>
      inReign(async (namespace) => {
        const commands = client.pipeline();
        for (const key of keys) commands.set(namespace + key, token, 'EX', tokenTtlSeconds);
        await send(commands);
      }),

    write: (key, bytes, ttlMs) =>
      inReign(async (namespace) => {
        await client.set(namespace + key, bytes, 'PX', ttlMs);
      }),

    ping: () =>
      inReign(async () => {
        await client.ping();
      }),

    async start() {
      sentinels?.start();
      await link.start();
    },

    async stop() {
      sentinels?.stop();
      link.stop();
    },
  };
}
