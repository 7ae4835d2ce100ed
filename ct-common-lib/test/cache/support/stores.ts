import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { createMemoryStore, createRedisStore, type CacheStore } from '../../../src/cache/index.ts';
import { createLogger } from '../../../src/logger.ts';
import { describeWithRedis } from '../../../src/testing/index.ts';

export const log = createLogger({ name: 'test', level: 'silent' });

/** One place that keeps keys, with its back door. */
export interface Backend {
  /** A store on it; several see the same keys. */
  createStore(): CacheStore;
  evict(key: string): Promise<void>;
  flush(): Promise<void>;
  drop(): Promise<void>;
}

/** Runs a suite on both stores. */
export function describeOnEveryStore(title: string, suite: (createBackend: () => Promise<Backend>) => void) {
  describe(`${title} (in memory)`, () => suite(createMemoryBackend));
  describeWithRedis(`${title} (in Redis)`, (url) => suite(() => createRedisBackend(url)));
}

export async function createMemoryBackend(): Promise<Backend> {
  const store = createMemoryStore({ maxBytes: 1024 * 1024 });
  const flush = async () => {
    // Two values that together have no room push out everything older.
    await store.write('filler 1', Buffer.alloc(700 * 1024), 60_000);
    await store.write('filler 2', Buffer.alloc(700 * 1024), 60_000);
  };
  // Its way to lose one key is to lose all.
  return { createStore: () => store, evict: flush, flush, async drop() {} };
}

/** `storeUrl`: by which the store finds the server at `url`. Default: the same. */
export async function createRedisBackend(url: string, storeUrl = url): Promise<Backend> {
  const prefix = `test:${randomUUID()}:`;
  const admin = new Redis(url);
  const remove = async (pattern: string) => {
    const keys = await admin.keys(`${prefix}*${pattern}`);
    if (keys.length) await admin.del(keys);
  };
  return {
    createStore: () => createRedisStore({ url: storeUrl, prefix, log }),
    evict: remove,
    flush: () => remove(''),
    async drop() {
      await remove('');
      admin.disconnect();
    },
  };
}
