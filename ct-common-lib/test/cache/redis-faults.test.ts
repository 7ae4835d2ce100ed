import { expect } from 'chai';
import { createRedisStore, type CacheStore } from '../../src/cache/index.ts';
import { describeWithRedis, waitFor } from '../../src/testing/index.ts';
import { createTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { createGate } from './support/gate.ts';
import { createRedisServer, hasRedisServer, type RedisServer } from './support/redis-server.ts';
import { cacheShop, createShop, createTestCache, type Shop } from './support/shop.ts';
import { log } from './support/stores.ts';

describeWithRedis('a cache whose Redis', () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  let store: CacheStore;
  let cache: ReturnType<typeof createTestCache>;
  let shop: Shop;
  let products: Shop;

  before(function () {
    if (!hasRedisServer && process.env.REQUIRE_SERVICES !== '1') this.skip();
  });

  beforeEach(async () => {
    server = await createRedisServer();
    proxy = createTcpProxy({ port: server.port });
    await proxy.open();
    store = createRedisStore({ url: `redis://127.0.0.1:${proxy.port}`, log });
    cache = createTestCache(store, { probeIntervalMs: 20, readBudgetMs: 500 });
    shop = createShop();
    shop.rows.set('1', { id: '1', name: 'old' });
    products = cacheShop(shop, cache);
  });

  afterEach(async () => {
    await cache.stop();
    await proxy.close();
    await server.drop();
  });

  async function begin() {
    await server.start();
    await cache.start();
    await inUse();
    await products.find('1');
  }

  const inUse = () => waitFor('Redis to be used', () => cache.state() === 'in-use');
  const bypassed = () => waitFor('reads to go past Redis', () => cache.state() === 'bypassed');
  const nameOf = async (id: string) => (await products.find(id))?.name;

  async function expectCached(name: string) {
    await inUse();
    await waitFor('a read that is served by Redis', async () => {
      shop.calls.length = 0;
      expect(await nameOf('1')).to.equal(name);
      return shop.calls.length === 0;
    });
  }

  it('is flushed serves no value of a read that was under way', async () => {
    await begin();
    await cache.bump(['product:1']);
    const gate = createGate();
    shop.afterRead = () => gate.pass();
    const reading = nameOf('1');
    await gate.reached;
    shop.afterRead = async () => {};
    await server.admin.flushall();
    await products.save('1', 'new');
    await server.admin.flushall();
    gate.open();
    expect(await reading).to.equal('old');
    expect(await nameOf('1')).to.equal('new');
    await expectCached('new');
  });

  it('is away at the start loads, and uses it as soon as it is there', async () => {
    await cache.start();
    expect(cache.state()).to.equal('bypassed');
    expect(await nameOf('1')).to.equal('old');
    await products.save('1', 'new');
    await server.start();
    await expectCached('new');
  });

  it('is killed goes on with reads and writes, and uses it when it is back', async () => {
    await begin();
    await server.kill();
    await products.save('1', 'new');
    for (let i = 0; i < 10; i++) expect(await nameOf('1')).to.equal('new');
    expect(cache.state()).to.equal('bypassed');
    await server.start();
    await expectCached('new');
  });

  it('starts again from an old snapshot serves nothing of it', async () => {
    await begin();
    await expectCached('old');
    await server.admin.save();
    await products.save('1', 'new');
    await expectCached('new');
    await server.kill();
    await server.start();
    expect(await server.admin.dbsize()).to.be.greaterThan(1);
    expect(await nameOf('1')).to.equal('new');
    await expectCached('new');
  });

  it('freezes goes on with reads and writes, and serves nothing old when it thaws', async () => {
    await begin();
    await expectCached('old');
    server.freeze();
    expect(await store.ping().catch((error: unknown) => error)).to.be.instanceOf(Error);
    await products.save('1', 'new');
    for (let i = 0; i < 10; i++) expect(await nameOf('1')).to.equal('new');
    server.thaw();
    await expectCached('new');
  });

  it('vanishes in a black hole goes on with reads and writes, and uses it when the network is back', async () => {
    await begin();
    proxy.blackHole();
    expect(await nameOf('1')).to.equal('old');
    await products.save('1', 'new');
    for (let i = 0; i < 10; i++) expect(await nameOf('1')).to.equal('new');
    await bypassed();
    proxy.heal();
    await expectCached('new');
  });

  it('is demoted leaves it for the new primary, and serves nothing that was kept before', async () => {
    await begin();
    await expectCached('old');
    const primary = await createRedisServer();
    try {
      await primary.start();
      proxy.retarget({ port: primary.port });
      await server.admin.replicaof('127.0.0.1', primary.port);
      await products.save('1', 'new');
      expect(await nameOf('1')).to.equal('new');
      await expectCached('new');
      expect(await primary.admin.dbsize()).to.be.greaterThan(1);
    } finally {
      await cache.stop();
      await primary.drop();
    }
  });

  it('does not tell its run_id is not used until it does', async () => {
    await server.start();
    await server.admin.acl('SETUSER', 'shop', 'on', '>secret', '~*', '&*', '+@all', '-info');
    const shy = createRedisStore({ url: `redis://shop:secret@127.0.0.1:${proxy.port}`, log });
    const warn = console.warn;
    // ioredis complains there, and cannot be told not to.
    console.warn = () => {};
    try {
      await shy.start();
      expect(shy.session()).to.equal(undefined);
      expect(await shy.ping().catch((error: unknown) => error)).to.have.property('code', 'CACHE_UNREACHABLE');
      await server.admin.acl('SETUSER', 'shop', '+info');
      await waitFor('a session', () => shy.session());
      await shy.ping();
    } finally {
      console.warn = warn;
      await shy.stop();
    }
  });

  it('was lost gives its store another session', async () => {
    await begin();
    const session = store.session();
    await server.kill();
    await waitFor('the end of the session', () => store.session() === undefined);
    await server.start();
    await waitFor('a session', () => store.session());
    expect(store.session()).not.to.equal(session);
  });
});
