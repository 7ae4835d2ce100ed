import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { createMemoryStore, createRedisStore } from '../../src/cache/index.ts';
import { createToken } from '../../src/cache/entry.ts';
import { createLogger } from '../../src/logger.ts';
import { describeCacheStore, describeWithRedis } from '../../src/testing/index.ts';

describeCacheStore('memory store', async () => {
  const store = createMemoryStore({ maxBytes: 1024 * 1024 });
  return {
    store,
    async evict(key) {
      // Two values that together have no room push out everything older.
      await store.write('filler 1', Buffer.alloc(700 * 1024), 60_000);
      await store.write('filler 2', Buffer.alloc(700 * 1024), 60_000);
      expect(await store.read([key])).to.deep.equal([null]);
    },
    async drop() {},
  };
});

describe('memory store', () => {
  it('keeps within its bytes', async () => {
    const store = createMemoryStore({ maxBytes: 10_000 });
    await store.start();
    const keys = Array.from({ length: 100 }, (_, i) => `key ${i}`);
    for (const key of keys) await store.write(key, Buffer.alloc(1000), 60_000);
    const kept = (await store.read(keys)).filter((value) => value !== null);
    expect(kept).to.have.length.within(1, 9);
    await store.stop();
  });

  it('says so when not even a token has room', async () => {
    const store = createMemoryStore({ maxBytes: 100 });
    await store.start();
    const outcome = await store.claimTokens(['g:a'], createToken()).catch((error: unknown) => error);
    expect(outcome).to.have.property('code', 'CACHE_TOKEN_LOST');
    await store.stop();
  });
});

describeWithRedis('redis store, shared suite', (url) => {
  describeCacheStore('redis store', async () => {
    const prefix = `test:${randomUUID()}:`;
    const admin = new Redis(url);
    const keysLike = (pattern: string) => admin.keys(`${prefix}*${pattern}`);
    return {
      store: createRedisStore({ url, prefix, log: createLogger({ name: 'test', level: 'silent' }) }),
      async evict(key) {
        await admin.del(await keysLike(key));
      },
      async drop() {
        const left = await keysLike('');
        if (left.length) await admin.del(left);
        admin.disconnect();
      },
    };
  });
});
