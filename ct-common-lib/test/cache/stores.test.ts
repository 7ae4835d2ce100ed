import { expect } from 'chai';
import { createToken } from '../../src/cache/entry.ts';
import { createMemoryStore } from '../../src/cache/index.ts';
import { describeCacheStore, describeWithRedis } from '../../src/testing/index.ts';
import { createMemoryBackend, createRedisBackend, type Backend } from './support/stores.ts';

const harness = (backend: Backend) => ({ ...backend, store: backend.createStore() });

describeCacheStore('memory store, shared suite', async () => harness(await createMemoryBackend()));

describeWithRedis('redis store', (url) => {
  describeCacheStore('shared suite', async () => harness(await createRedisBackend(url)));
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
