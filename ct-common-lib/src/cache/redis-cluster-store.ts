import type { ChainableCommander, RedisOptions } from 'ioredis';
import type { Logger } from '../logger.ts';
import { tokenTtlSeconds, type CacheStore } from './cache-store.ts';
import { hashSlot } from './hash-slot.ts';
import { send, tokenLost, unreachable, type RedisLink, type Reign } from './redis-link.ts';
import { createRedisNodes } from './redis-nodes.ts';
import type { Host } from './redis-url.ts';

export interface RedisClusterStoreOptions {
  nodes: Host[];
  options: RedisOptions;
  log: Logger;
  prefix: string;
}

interface Session {
  /** Those of all primaries, in the order of `links`. */
  reigns: (Reign | undefined)[];
  links: Set<RedisLink>;
}

const stampBytes = 8;
/** Said by a node that does not serve a slot, or not all of it now. */
const movedSlot = /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)/;

/**
 * A store in a Redis Cluster. A value begins with the stamp of the reign in which it was written, and in any other there is no such
 * value: a replica that takes over brings nothing old back. Names cannot do that here, as a slot that leaves a server and
 * comes back brings them along. A command goes to the server that serves its slot, and no redirection is followed, as another
 * server would do it in another reign. The cache is not read while any primary is away.
 */
export function createRedisClusterStore({ prefix, ...options }: RedisClusterStoreOptions): CacheStore {
  const cluster = createRedisNodes(options);
  let session: Session | undefined;

  function currentSession(): Session | undefined {
    const links = cluster.primaries();
    const reigns = [...links].map((link) => link.reign());
    if (links.size === 0 || reigns.includes(undefined)) return (session = undefined);
    const isSame = session?.links === links && session.reigns.every((reign, i) => reign === reigns[i]);
    if (!isSame) session = { links, reigns };
    return session;
  }

  /**
   * Runs commands on the names of keys, one pipeline for each server. `commands` adds those for the keys of one slot, and picks
   * from the answers, which begin at `at`, the values of these; the values of all keys come back in their order.
   */
  async function onEach(
    keys: string[],
    commands: (pipeline: ChainableCommander, names: string[], reign: Reign) => PickValues,
  ): Promise<(Buffer | null)[]> {
    const begun = currentSession();
    if (!begun) throw unreachable('A primary of the Redis Cluster is away');
    const found = Array<Buffer | null>(keys.length).fill(null);
    try {
      await Promise.all(
        [...placesOf(keys)].map(([link, slots]) =>
          link.run(async (reign) => {
            const pipeline = link.client.pipeline();
            const picks = slots.map((places) => {
              const at = pipeline.length;
              const pick = commands(
                pipeline,
                places.map((place) => prefix + keys[place]!),
                reign,
              );
              return { places, at, pick };
            });
            const answers = await send(pipeline);
            for (const { places, at, pick } of picks) {
              const values = pick(answers.slice(at));
              places.forEach((place, i) => (found[place] = stampedBy(reign, values[i])));
            }
          }),
        ),
      );
    } catch (error) {
      if (movedSlot.test((error as Error).message)) void cluster.refresh();
      throw error;
    }
    if (currentSession() !== begun) throw unreachable('A primary of the Redis Cluster was lost');
    return found;
  }

  /** The places of the keys, by the server and the slot. */
  function placesOf(keys: string[]): Map<RedisLink, number[][]> {
    const bySlot = new Map<number, number[]>();
    keys.forEach((key, place) => {
      const slot = hashSlot(prefix + key);
      const places = bySlot.get(slot);
      if (places) places.push(place);
      else bySlot.set(slot, [place]);
    });
    const byLink = new Map<RedisLink, number[][]>();
    for (const [slot, places] of bySlot) {
      const link = cluster.ownerOf(slot);
      const slots = byLink.get(link);
      if (slots) slots.push(places);
      else byLink.set(link, [places]);
    }
    return byLink;
  }

  const replaceTokens = (keys: string[], token: Buffer) =>
    onEach(keys, (pipeline, names, reign) => {
      const value = Buffer.concat([reign.stamp, token]);
      for (const name of names) pipeline.set(name, value, 'EX', tokenTtlSeconds);
      pipeline.mgetBuffer(names);
      return (answers) => answers[names.length] as (Buffer | null)[];
    });

  return {
    session: currentSession,

    read: (keys) =>
      onEach(keys, (pipeline, names) => {
        pipeline.mgetBuffer(names);
        return ([values]) => values as (Buffer | null)[];
      }),

    async claimTokens(keys, token) {
      const held = await onEach(keys, (pipeline, names, reign) => {
        const value = Buffer.concat([reign.stamp, token]);
        for (const name of names) pipeline.set(name, value, 'EX', tokenTtlSeconds, 'NX');
        pipeline.mgetBuffer(names);
        return (answers) => answers[names.length] as (Buffer | null)[];
      });
      // Those of another reign are in the way of NX. To replace one that somebody else has replaced just now costs a load.
      const foreign = keys.filter((_, i) => !held[i]);
      const replaced = foreign.length > 0 ? await replaceTokens(foreign, token) : [];
      const tokens = held.map((each) => each ?? replaced.shift() ?? null);
      if (tokens.includes(null)) throw tokenLost();
      return tokens as Buffer[];
    },

    async replaceTokens(keys, token) {
      await replaceTokens(keys, token);
    },

    async write(key, bytes, ttlMs) {
      await onEach([key], (pipeline, [name], reign) => {
        pipeline.set(name!, Buffer.concat([reign.stamp, bytes]), 'PX', ttlMs);
        return () => [];
      });
    },

    async ping() {
      if (!currentSession()) throw unreachable('A primary of the Redis Cluster is away');
      await Promise.all([...cluster.primaries()].map((link) => link.run(() => link.client.ping())));
    },

    start: () => cluster.start(),

    async stop() {
      cluster.stop();
      session = undefined;
    },
  };
}

type PickValues = (answers: unknown[]) => (Buffer | null)[];

/** What follows the stamp; null if there is nothing, or it was written in another reign. */
function stampedBy({ stamp }: Reign, value: Buffer | null | undefined): Buffer | null {
  return value && stamp.compare(value, 0, stampBytes) === 0 ? value.subarray(stampBytes) : null;
}
