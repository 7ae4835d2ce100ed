import { LRUCache } from 'lru-cache';
import { TransientError } from '../errors.ts';
import { tokenTtlSeconds, type CacheStore } from './cache-store.ts';

export interface MemoryStoreOptions {
  /** Bytes that entries, tokens and their keys may take together; what was unused the longest goes first. Default 64 MiB. */
  maxBytes?: number;
}

/** What one key costs beside its characters and its value, about. */
const overheadBytes = 128;

/** A store in this process, for a service that runs as one process. */
export function createMemoryStore({ maxBytes = 64 * 1024 * 1024 }: MemoryStoreOptions = {}): CacheStore {
  const values = new LRUCache<string, Buffer>({
    maxSize: maxBytes,
    sizeCalculation: (bytes, key) => bytes.length + key.length + overheadBytes,
  });
  const tokenTtl = { ttl: tokenTtlSeconds * 1000 };
  let session: object | undefined;

  function running() {
    if (!session) throw new TransientError('CACHE_UNREACHABLE', { detail: 'The cache store is not running' });
    return values;
  }

  return {
    session: () => session,

    async read(keys) {
      const from = running();
      return keys.map((key) => from.get(key) ?? null);
    },

    async claimTokens(keys, token) {
      const into = running();
      for (const key of keys) if (!into.has(key)) into.set(key, token, tokenTtl);
      return keys.map((key) => {
        const held = into.get(key);
        if (!held)
          throw new TransientError('CACHE_TOKEN_LOST', { detail: 'The cache store has no room for tokens' });
        return held;
      });
    },

    async replaceTokens(keys, token) {
      const into = running();
      for (const key of keys) into.set(key, token, tokenTtl);
    },

    async write(key, bytes, ttlMs) {
      running().set(key, bytes, { ttl: ttlMs });
    },

    async ping() {
      running();
    },

    async start() {
      session ??= {};
    },

    async stop() {
      session = undefined;
      values.clear();
    },
  };
}
