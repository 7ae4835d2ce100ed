import { expect } from 'chai';
import { createRedisStore, type CacheStore } from '../../src/cache/index.ts';
import { describeCacheStore, describeWithRedis, waitFor } from '../../src/testing/index.ts';
import { hasRedisServer } from './support/redis-server.ts';
import { startRedisSentinels, type RedisSentinels } from './support/redis-sentinels.ts';
import { cacheShop, createShop, createTestCache, type Shop } from './support/shop.ts';
import { createRedisBackend, log } from './support/stores.ts';

describeWithRedis('a Redis behind sentinels', () => {
  let redis: RedisSentinels;

  before(function () {
    if (!hasRedisServer && process.env.REQUIRE_SERVICES !== '1') this.skip();
  });

  describe('that stay as they are', () => {
    before(async () => {
      redis = await startRedisSentinels();
    });
    after(() => redis.drop());

    describeCacheStore('shared suite', async () => {
      const backend = await createRedisBackend(redis.servers[0].url, redis.url);
      return { ...backend, store: backend.createStore() };
    });
  });

  describe('whose primary', () => {
    let stores: CacheStore[];
    let caches: ReturnType<typeof createTestCache>[];
    let shop: Shop;
    let products: Shop[];

    beforeEach(async () => {
      redis = await startRedisSentinels();
      shop = createShop();
      shop.rows.set('1', { id: '1', name: 'old' });
      stores = [1, 2].map(() => createRedisStore({ url: redis.url, log }));
      caches = stores.map((store) => createTestCache(store, { probeIntervalMs: 20, readBudgetMs: 500 }));
      products = caches.map((cache) => cacheShop(shop, cache));
      await Promise.all(caches.map((cache) => cache.start()));
      await expectCached('old');
    });
    afterEach(async () => {
      await Promise.all(caches.map((cache) => cache.stop()));
      await redis.drop();
    });

    const nameOf = async (through: Shop) => (await through.find('1'))?.name;

    /** All instances are served this by Redis, and were never served anything else. */
    async function expectCached(name: string) {
      for (const each of products) {
        const seen = new Set<string | undefined>();
        await waitFor('a read that is served by Redis', async () => {
          const calls = shop.calls.length;
          seen.add(await nameOf(each));
          return shop.calls.length === calls;
        });
        expect([...seen]).to.deep.equal([name]);
      }
    }

    it('dies before its replica had the last bump is replaced, and nothing old is served', async () => {
      const [primary, replica] = redis.servers;
      await waitFor('the replica to have the entry', async () => (await replica.admin.dbsize()) >= 2);
      replica.freeze();
      // What was sent to it would still arrive.
      await primary.admin.call('CLIENT', 'KILL', 'TYPE', 'replica');
      await products[0]!.save('1', 'new');
      await expectCached('new');
      await primary.kill();
      replica.thaw();
      for (const each of products) expect(await nameOf(each)).to.equal('new');
      await waitFor('the replica to take over', async () => (await redis.primary()) === replica);
      expect(await replica.admin.dbsize()).to.be.at.least(2);
      await expectCached('new');
    });

    it('was replaced and takes over again serves nothing of its first reign', async () => {
      const [first, second] = redis.servers;
      const firstSession = stores[0]!.session();
      await redis.failOver();
      expect(await redis.primary()).to.equal(second);
      await waitFor('a session with the second', () =>
        stores.every((store) => store.session() !== firstSession && store.session()),
      );
      await products[0]!.save('1', 'new');
      await expectCached('new');
      await redis.failOver();
      expect(await redis.primary()).to.equal(first);
      const kept = await first.admin.keys(`ct:${(firstSession as { name: string }).name}:e:*`);
      expect(kept).to.have.length(1);
      await expectCached('new');
    });

    it('loses all replicas that it must have is not read any more', async () => {
      const [primary, replica] = redis.servers;
      for (const { admin } of redis.servers) {
        await admin.config('SET', 'min-replicas-max-lag', '1');
        await admin.config('SET', 'min-replicas-to-write', '1');
      }
      // Nobody replaces it, as when the sentinels are on the other side.
      for (const sentinel of redis.sentinels) sentinel.freeze();
      try {
        replica.freeze();
        await waitFor('the store to be given up', () =>
          stores.every((store) => store.session() === undefined),
        );
        replica.thaw();
        await waitFor('a session', () => stores.every((store) => store.session()));
      } finally {
        for (const sentinel of redis.sentinels) sentinel.thaw();
      }
      expect(await redis.primary()).to.equal(primary);
    });

    it('is away together with all sentinels is looked for until it is back', async () => {
      await Promise.all([...redis.sentinels, ...redis.servers].map((server) => server.kill()));
      await products[0]!.save('1', 'new');
      for (const each of products) expect(await nameOf(each)).to.equal('new');
      await Promise.all([...redis.servers, ...redis.sentinels].map((server) => server.start()));
      await expectCached('new');
    });
  });
});
