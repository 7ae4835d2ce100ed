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
    expect(outcome).to.include({
      code: 'CACHE_TOKEN_LOST',
      detail: 'The cache store has no room for tokens',
    });
    await store.stop();
  });

  it('counts long keys as well', async () => {
    const store = createMemoryStore({ maxBytes: 10_000 });
    await store.start();
    const keys = Array.from({ length: 20 }, (_, i) => `${i}`.padStart(1000));
    for (const key of keys) await store.write(key, Buffer.alloc(1), 60_000);
    const kept = (await store.read(keys)).filter((value) => value !== null);
    expect(kept).to.have.length.within(1, 9);
    await store.stop();
  });

  it('says that it does not run before it was started', async () => {
    const outcome = await createMemoryStore()
      .ping()
      .catch((error: unknown) => error);
    expect(outcome).to.include({ code: 'CACHE_UNREACHABLE', detail: 'The cache store is not running' });
  });
});
