import type { Logger } from '../logger.ts';
import type { CacheMetrics } from './cache-metrics.ts';
import type { CacheStore } from './cache-store.ts';
import type { Claim } from './claims.ts';
import { encodeEntry, readEntry } from './entry.ts';
import type { Limiter } from '../limiter.ts';
import type { LookUp } from './look-ups.ts';

/** Turns a value into bytes and back. `decode` may keep a view of the bytes, and must not change them. */
export interface Codec<T> {
  encode(value: T): Buffer;
  decode(bytes: Buffer): T;
}

export interface ReaderOptions<T> {
  /** The `cache` label of the metrics, and the first part of the entries' keys. */
  name: string;
  /** The wrapped method: the second part. */
  method: string;
  /** How long a value is kept, ± 10 %. */
  ttlSeconds: number;
  /** How long a `null` is kept, ± 10 %. Default 5. */
  nullTtlSeconds?: number | undefined;
  /** Default: JSON. */
  codec?: Codec<T> | undefined;
}

/** What is asked for: its key among those of the reader, and the tags whose bump makes it unreadable. */
export interface Item {
  key: string;
  tags: string[];
}

export interface ReaderDeps {
  store: CacheStore;
  lookUp: LookUp;
  claim: Claim;
  limited: Limiter;
  metrics: CacheMetrics;
  log: Logger;
}

/** The key of a tag's token. The braces let it share a Redis Cluster slot with entries whose key has the same. */
export const tagKey = (tag: string) => `g:{${tag}}`;

const json: Codec<unknown> = {
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(bytes.toString()) as unknown,
};

/**
 * Reads values of one kind through the store.
 *
 * 1. The entry and the tokens of its tags are read together. An entry that holds just these tokens is the answer.
 * 2. Tokens that are missing are claimed.
 * 3. The value is loaded, once for all who ask under the same tokens, and kept together with them.
 *
 * As a write bumps its tags after its commit, an entry loaded before the commit holds tokens that are gone.
 */
export function createReader<T>(
  { store, lookUp, claim, limited, metrics, log }: ReaderDeps,
  { name, method, ttlSeconds, nullTtlSeconds = 5, codec = json as Codec<T> }: ReaderOptions<T>,
) {
  const count = metrics.readsOf(name);
  const flights = new Map<string, Promise<T | null>>();
  const entryKey = (key: string) => `e:${name}.${method}:${key}`;

  /** The tokens of all tags. They must be there BEFORE the database is read: a write after that replaces them. */
  async function claimMissing(tagKeys: string[], tokens: (Buffer | null)[]): Promise<Buffer[] | undefined> {
    const missing = tagKeys.filter((_, i) => !tokens[i]);
    if (missing.length === 0) return tokens as Buffer[];
    const claimed = await claim(missing);
    return claimed && tokens.map((token, i) => token ?? (claimed.get(tagKeys[i] as string) as Buffer));
  }

  /** The value of an entry; `undefined`: there is none, or it must not be used. */
  function valueOf(entry: Buffer | null | undefined, tokens: (Buffer | null)[]): T | null | undefined {
    if (!entry) return undefined;
    try {
      const bytes = readEntry(entry, tokens);
      return bytes && codec.decode(bytes);
    } catch (error) {
      log.warn({ cache: name, err: error }, 'a cached value could not be decoded');
      return undefined;
    }
  }

  async function save(key: string, tokens: Buffer[], value: T | null) {
    try {
      const bytes = encodeEntry(tokens, value === null ? null : codec.encode(value));
      const ttlMs = (value === null ? nullTtlSeconds : ttlSeconds) * 1000;
      // Jitter, so that what was cached together is not loaded again together.
      await store.write(key, bytes, Math.ceil(ttlMs * (0.9 + Math.random() / 5)));
    } catch (error) {
      log.debug({ cache: name, err: error }, 'a value could not be cached');
    }
  }

  /** Loads past the store, and never joins a load that runs: without tokens nobody knows which write it has seen. */
  function bypass<R>(values: number, load: () => Promise<R>): Promise<R> {
    count.bypass += values;
    return limited(() => {
      count.load++;
      return load();
    });
  }

  /**
   * Loads once for all who ask under the same tokens. The flight lasts until its value is in the store, where
   * the next reader finds it. A bump in between, even one that fails, only leaves an entry under old tokens: the
   * bump that is owed makes it unreadable before the store is read again.
   */
  function join(
    flight: string,
    key: string,
    tokens: Buffer[],
    load: () => Promise<T | null>,
  ): Promise<T | null> {
    const running = flights.get(flight);
    if (running) return running;
    const loading = (async () => {
      count.load++;
      return load();
    })();
    flights.set(flight, loading);
    loading.then(
      (value) => void save(key, tokens, value).then(() => flights.delete(flight)),
      () => flights.delete(flight),
    );
    return loading;
  }

  return {
    /** The value, from the store or from `load`; a waiter may share it with others. Throws what `load` throws. */
    async read({ key, tags }: Item, load: () => Promise<T | null>): Promise<T | null> {
      const entry = entryKey(key);
      const tagKeys = tags.map(tagKey);
      const found = await lookUp([entry, ...tagKeys]);
      if (!found) return bypass(1, load);

      const known = found.slice(1);
      const value = valueOf(found[0], known);
      if (value !== undefined) {
        count.hit++;
        return value;
      }

      const tokens = await claimMissing(tagKeys, known);
      if (!tokens) return bypass(1, load);
      count[found[0] ? 'stale' : 'miss']++;
      return join(`${key} ${Buffer.concat(tokens).toString('latin1')}`, entry, tokens, load);
    },

    /**
     * The values of many items with different keys, in their order: one round trip to the store, and one call of
     * `loadMany`, which gives as many values as it is given items, for all that it lacks.
     */
    async readMany<I extends Item>(
      items: I[],
      loadMany: (misses: I[]) => Promise<(T | null)[]>,
    ): Promise<(T | null)[]> {
      const asked = items.map(({ key, tags }) => ({ entry: entryKey(key), tagKeys: tags.map(tagKey) }));
      const found = await lookUp(asked.flatMap(({ entry, tagKeys }) => [entry, ...tagKeys]));
      if (!found) return bypass(items.length, () => loadMany(items));

      let at = 0;
      const kept = asked.map(({ tagKeys }) => ({
        entry: found[at++],
        tokens: found.slice(at, (at += tagKeys.length)),
      }));
      const values = kept.map(({ entry, tokens }) => valueOf(entry, tokens));
      const misses = [...values.keys()].filter((i) => values[i] === undefined);
      const tokens = await Promise.all(misses.map((i) => claimMissing(asked[i]!.tagKeys, kept[i]!.tokens)));
      if (tokens.includes(undefined)) return bypass(items.length, () => loadMany(items));
      count.hit += items.length - misses.length;
      if (misses.length === 0) return values as (T | null)[];

      count.load++;
      const loaded = await loadMany(misses.map((i) => items[i]!));
      misses.forEach((i, nth) => {
        count[kept[i]!.entry ? 'stale' : 'miss']++;
        const value = loaded[nth] as T | null;
        values[i] = value;
        void save(asked[i]!.entry, tokens[nth]!, value);
      });
      return values as (T | null)[];
    },
  };
}

export type Reader<T> = ReturnType<typeof createReader<T>>;
