import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { createToken } from '../../src/cache/entry.ts';
import { createRedisStore, type CacheStore } from '../../src/cache/index.ts';
import { describeCacheStore, describeWithRedis, waitFor } from '../../src/testing/index.ts';
import { startRedisCluster, type RedisCluster } from './support/redis-cluster.ts';
import { hasRedisServer, type RedisServer } from './support/redis-server.ts';
import { cacheShop, createShop, createTestCache, type Shop } from './support/shop.ts';
import { log } from './support/stores.ts';

describeWithRedis('a Redis Cluster', function () {
  let redis: RedisCluster;

  before(async function () {
    if (!hasRedisServer && process.env.REQUIRE_SERVICES !== '1') this.skip();
    redis = await startRedisCluster();
  });
  after(() => redis?.drop());

  describeCacheStore('shared suite', async () => {
    const onEach = (work: (server: RedisServer) => Promise<unknown>) =>
      Promise.all(redis.servers.slice(0, 3).map(work));
    await onEach(({ admin }) => admin.flushall());
    return {
      store: createRedisStore({ url: redis.url, log }),
      async evict(key) {
        const { primary } = await redis.serversOf(`ct:${key}`);
        await primary.admin.del(`ct:${key}`);
      },
      drop: async () => void (await onEach(({ admin }) => admin.flushall())),
    };
  });

  describe('behind a cache', () => {
    let prefix: string;
    let store: CacheStore;
    let caches: ReturnType<typeof createTestCache>[];
    let shop: Shop;
    let products: Shop[];
    const ids = Array.from({ length: 100 }, (_, i) => String(i));

    beforeEach(async () => {
      await redis.well();
      shop = createShop();
      for (const id of ids) shop.rows.set(id, { id, name: 'old' });
      prefix = `test:${randomUUID()}:`;
      store = createRedisStore({ url: redis.url, log, prefix });
      const stores = [store, createRedisStore({ url: redis.url, log, prefix })];
      caches = stores.map((each) => createTestCache(each, { probeIntervalMs: 20, readBudgetMs: 500 }));
      products = caches.map((cache) => cacheShop(shop, cache));
      await Promise.all(caches.map((cache) => cache.start()));
      await expectCached('1', 'old');
    });
    afterEach(() => Promise.all(caches.map((cache) => cache.stop())));

    /** All instances are served this by Redis, and were never served anything else. */
    async function expectCached(id: string, name: string) {
      for (const each of products) {
        const seen = new Set<string | undefined>();
        await waitFor('a read that is served by Redis', async () => {
          const calls = shop.calls.length;
          seen.add((await each.find(id))?.name);
          return shop.calls.length === calls;
        });
        expect([...seen]).to.deep.equal([name]);
      }
    }

    const entryOf = (id: string) => `${prefix}e:products.find:{product:${id}}`;

    /** Moves a slot with what is in it, as `redis-cli --cluster reshard` does. */
    async function move(slot: number, from: RedisServer, to: RedisServer) {
      const [fromId, toId] = await Promise.all([redis.idOf(from), redis.idOf(to)]);
      await to.admin.cluster('SETSLOT', slot, 'IMPORTING', fromId);
      await from.admin.cluster('SETSLOT', slot, 'MIGRATING', toId);
      for (const key of await from.admin.cluster('GETKEYSINSLOT', slot, 100))
        await from.admin.migrate('127.0.0.1', to.port, key, 0, 5_000);
      await to.admin.cluster('SETSLOT', slot, 'NODE', toId);
      await from.admin.cluster('SETSLOT', slot, 'NODE', toId);
      await redis.well();
    }

    it('serves pages whose items are on different servers', async () => {
      expect(await products[0]!.listIds()).to.deep.equal(ids);
      for (const each of products) {
        await waitFor('a page that is served by Redis', async () => {
          const calls = shop.calls.length;
          const found = await each.findMany(ids);
          expect(found.map((product) => product?.id)).to.deep.equal(ids);
          return shop.calls.length === calls;
        });
      }
      await products[0]!.save('7', 'new');
      const found = await products[1]!.findMany(ids);
      expect(found.map((product) => product?.name)).to.deep.equal(
        ids.map((id) => (id === '7' ? 'new' : 'old')),
      );
    });

    it('serves nothing that is old when a slot leaves a server and comes back', async () => {
      const { slot, primary } = await redis.serversOf(entryOf('1'));
      const other = redis.servers.slice(0, 3).find((server) => server !== primary)!;
      await move(slot, primary, other);
      await products[0]!.save('1', 'new');
      await expectCached('1', 'new');
      await move(slot, other, primary);
      await expectCached('1', 'new');
    });

    it('serves nothing that is old when a replica without the last bump takes over', async () => {
      // The first server is asked who serves what.
      const id = (
        await Promise.all(ids.map(async (each) => ({ id: each, ...(await redis.serversOf(entryOf(each))) })))
      ).find(({ primary }) => primary !== redis.servers[0])!.id;
      await expectCached(id, 'old');
      const { primary, replica } = await redis.serversOf(entryOf(id));
      await replica.admin.readonly();
      await waitFor(
        'the replica to have the entry',
        async () => (await replica.admin.exists(entryOf(id))) === 1,
      );
      await replica.admin.readwrite();
      replica.freeze();
      // What was sent to it would still arrive.
      await primary.admin.call('CLIENT', 'KILL', 'TYPE', 'replica');
      await products[0]!.save(id, 'new');
      await expectCached(id, 'new');
      await primary.kill();
      replica.thaw();
      try {
        for (const each of products) expect((await each.find(id))?.name).to.equal('new');
        await waitFor(
          'the replica to take over',
          async () => (await redis.serversOf(entryOf(id))).primary === replica,
        );
        await expectCached(id, 'new');
      } finally {
        await primary.start();
        await redis.well();
      }
    });

    it('takes a token of another reign for none', async () => {
      const { primary } = await redis.serversOf(`${prefix}g:a`);
      await store.claimTokens(['g:a'], createToken());
      const value = (await primary.admin.getBuffer(`${prefix}g:a`))!;
      value[0]! ^= 1;
      await primary.admin.set(`${prefix}g:a`, value);
      expect(await store.read(['g:a'])).to.deep.equal([null]);
      const token = createToken();
      expect(await store.claimTokens(['g:a'], token)).to.deep.equal([token]);
    });
  });
});
