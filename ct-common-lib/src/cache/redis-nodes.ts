import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../logger.ts';
import { createRedisBackoff } from './redis-backoff.ts';
import { createRedisLink, linkOptions, unreachable, type RedisLink } from './redis-link.ts';
import type { Host } from './redis-url.ts';

export interface RedisNodesOptions {
  /** Some nodes, which tell of the others. */
  nodes: Host[];
  options: RedisOptions;
  log: Logger;
}

const refreshIntervalMs = 1_000;

/** The connections to the primaries of a Redis Cluster, and which of them serves which slot. */
export function createRedisNodes({ nodes: seeds, options, log }: RedisNodesOptions) {
  const links = new Map<string, RedisLink>();
  /** By slot. */
  let owners: RedisLink[] = [];
  /** Another set only when others serve. */
  let primaries = new Set<RedisLink>();
  let refreshing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function linkTo(host: string, port: number): RedisLink {
    const address = `${host} ${port}`;
    const known = links.get(address);
    if (known) return known;
    const backoff = createRedisBackoff();
    const retryStrategy = backoff.nextMs;
    const client = new Redis({ ...linkOptions, ...options, host, port, lazyConnect: true, retryStrategy });
    const link = createRedisLink({ client, backoff, log: log.child({ redis: address }) });
    links.set(address, link);
    void link.start();
    return link;
  }

  async function findOwners() {
    for (const { client } of [...primaries, ...links.values()]) {
      if (client.status !== 'ready') continue;
      const ranges = await client.cluster('SLOTS').catch((error: unknown) => {
        log.debug({ err: error }, 'a node of the Redis Cluster does not tell who serves what');
      });
      if (stopped) return;
      if (!ranges) continue;
      take(ranges as unknown as SlotRange[], client.options.host as string);
      return;
    }
  }

  function take(ranges: SlotRange[], askedHost: string) {
    const found: RedisLink[] = [];
    for (const [from, to, [host, port]] of ranges) {
      // A node that was not told its own address calls itself by none.
      const link = linkTo(host || askedHost, port);
      for (let slot = from; slot <= to; slot++) found[slot] = link;
    }
    owners = found;
    const serving = new Set(found);
    const isSame = serving.size === primaries.size && [...serving].every((link) => primaries.has(link));
    if (!isSame) primaries = serving;
    for (const [address, link] of links) {
      if (primaries.has(link) || isSeed(address)) continue;
      links.delete(address);
      link.stop();
    }
  }

  const isSeed = (address: string) => seeds.some(({ host, port }) => `${host} ${port}` === address);

  /** Asks again who serves what. Never rejects. */
  function refresh(): Promise<void> {
    refreshing ??= findOwners().finally(() => (refreshing = undefined));
    return refreshing;
  }

  function refreshLater() {
    timer = setTimeout(() => void refresh().then(() => stopped || refreshLater()), refreshIntervalMs);
  }

  return {
    /** Those that serve slots. Empty until the first is reached. */
    primaries: () => primaries,

    ownerOf(slot: number): RedisLink {
      const owner = owners[slot];
      if (!owner) throw unreachable(`No node of the Redis Cluster serves slot ${slot}`);
      return owner;
    },

    refresh,

    async start() {
      await Promise.race(seeds.map(({ host, port }) => linkTo(host, port).start()));
      await refresh();
      await Promise.all([...primaries].map((link) => link.start()));
      refreshLater();
    },

    stop() {
      stopped = true;
      clearTimeout(timer);
      for (const link of links.values()) link.stop();
    },
  };
}

/** First and last slot, the primary, its replicas; as CLUSTER SLOTS answers. */
type SlotRange = [number, number, [string | null, number, ...unknown[]], ...unknown[]];
