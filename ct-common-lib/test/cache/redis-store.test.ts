import { expect } from 'chai';
import { createToken } from '../../src/cache/entry.ts';
import { createRedisStore, type CacheStore } from '../../src/cache/index.ts';
import { describeWithRedis, waitFor } from '../../src/testing/index.ts';
import { createTcpProxy } from '../support/tcp-proxy.ts';
import { createFakeRedis } from './support/fake-redis.ts';
import { createRedisServer, hasRedisServer } from './support/redis-server.ts';
import { log } from './support/stores.ts';

describe('a Redis store', () => {
  const stores: CacheStore[] = [];
  const servers: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.stop()));
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function createFake(info?: string) {
    const server = await createFakeRedis();
    if (info !== undefined) server.info = info;
    servers.push(server);
    const store = createRedisStore({ url: `redis://127.0.0.1:${server.port}`, log });
    stores.push(store);
    await store.start();
    return { server, store };
  }

  const outcomeOf = (work: Promise<unknown>) => work.catch((error: unknown) => error);

  it('says that there is no connection before it was started', async () => {
    const store = createRedisStore({ url: 'redis://127.0.0.1:1', log });
    expect(await outcomeOf(store.ping())).to.include({
      code: 'CACHE_UNREACHABLE',
      detail: 'There is no connection to Redis',
    });
  });

  it('is not used while INFO tells no run_id of its own line, and tries again until it does', async () => {
    const { server, store } = await createFake('redis_version:8\r\nformer_run_id:0123456789abcdef0123');
    expect(store.session()).to.equal(undefined);
    server.info = 'redis_version:8\r\nrun_id:0123456789abcdef0123';
    await waitFor('a session', () => store.session());
    await store.ping();
  });

  it('says so when a token is gone as soon as it was claimed', async () => {
    const { store } = await createFake();
    expect(await outcomeOf(store.claimTokens(['g:a'], createToken()))).to.include({
      code: 'CACHE_TOKEN_LOST',
      detail: 'Redis evicted a new token at once',
    });
  });
});

describeWithRedis('a store in a Redis of its own', () => {
  before(function () {
    if (!hasRedisServer && process.env.REQUIRE_SERVICES !== '1') this.skip();
  });

  it('names its keys by the server process, keeps tokens for a week, and leaves when it is stopped', async () => {
    const server = await createRedisServer();
    const proxy = createTcpProxy({ port: server.port });
    await proxy.open();
    const store = createRedisStore({ url: `redis://127.0.0.1:${proxy.port}`, log });
    try {
      await server.start();
      await store.start();
      await waitFor('a session', () => store.session());
      await store.claimTokens(['g:claimed'], createToken());
      await store.replaceTokens(['g:bumped'], createToken());

      const names = (await server.admin.keys('*')).toSorted();
      expect(names.map((name) => name.replace(/[0-9a-f]{16}/, 'RUN'))).to.deep.equal([
        'ct:RUN:g:bumped',
        'ct:RUN:g:claimed',
      ]);
      const week = 7 * 24 * 3600;
      for (const name of names) expect(await server.admin.ttl(name)).to.be.within(week - 3600, week);

      await store.stop();
      await waitFor('the connection to be closed', () => proxy.connections() === 0);
    } finally {
      await store.stop();
      await proxy.close();
      await server.drop();
    }
  });
});
