import { expect } from 'chai';
import { createMemoryBus, type Bus } from 'ct-common-lib/bus';
import { TransientError } from 'ct-common-lib';
import { createTestDatabase, describeWithRedis, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import { createTcpProxy } from '../../ct-common-lib/test/bus/tcp-proxy.ts';
import {
  createRedisServer,
  hasRedisServer,
  type RedisServer,
} from '../../ct-common-lib/test/cache/support/redis-server.ts';
import { compose } from '../src/compose.ts';
import { connect, createConfig, silent, startApi, type Api } from './support/api.ts';
import {
  createHttpClient,
  newProduct,
  newReview,
  type HttpClient,
  type Problem,
  type Product,
} from './support/http-client.ts';
import { expectProblem } from './support/problem.ts';
import { ratingByOne, ratingUpdated } from './support/ratings.ts';

interface Health {
  status: string;
  parts: Record<string, string>;
}

const health = ({ get }: HttpClient) => get<Health>('/health/ready');

const waitForPart = (api: HttpClient, part: string, state: string) =>
  waitFor(`${part} to be ${state}`, async () => (await health(api)).body.parts[part] === state);

/** Writes of every kind, each read back. */
async function expectWorking(api: HttpClient) {
  const { id } = await api.createProduct();
  const path = `/api/products/${id}`;
  const { body: renamed } = await api.patch<Product>(path, { name: 'New' });
  expect(await api.product(id)).to.deep.equal(renamed);
  const review = await api.createReview(id);
  expect((await api.page(`${path}/reviews`)).data).to.deep.equal([review]);
  await api.patch(`/api/reviews/${review.id}`, { rating: 1 });
  expect((await api.review(review.id)).rating).to.equal(1);
  expect((await api.delete(path)).status).to.equal(204);
  for (const gone of [path, `/api/reviews/${review.id}`]) expect((await api.get(gone)).status).to.equal(404);
}

describeWithRedis('while Redis is away', () => {
  let redis: RedisServer;
  let api: Api;
  before(function () {
    if (!hasRedisServer && process.env.REQUIRE_SERVICES !== '1') this.skip();
  });
  beforeEach(async () => {
    redis = await createRedisServer();
  });
  afterEach(async () => {
    await api.stop();
    await redis.drop();
  });

  async function startWithRedis() {
    await redis.start();
    api = await startApi({ redisUrl: redis.url });
    await waitForPart(api, 'cache', 'in-use');
  }

  const entries = async () => (await redis.admin.dbsize()) > 0;

  it('reads and writes go on, the service is ready, and Redis is used again once it is back', async () => {
    await startWithRedis();
    await expectWorking(api);
    expect(await entries()).to.equal(true);

    await redis.kill();
    await expectWorking(api);
    await waitForPart(api, 'cache', 'bypassed');
    expect((await health(api)).status).to.equal(200);
    await expectWorking(api);

    await redis.start();
    await waitForPart(api, 'cache', 'in-use');
    await expectWorking(api);
    expect(await entries()).to.equal(true);
  });

  it('what is written shows once it is back, though it was in the cache before', async () => {
    await startWithRedis();
    const { id } = await api.createProduct();
    const review = await api.createReview(id);
    await api.product(id);
    await api.review(review.id);
    redis.freeze();
    await api.patch(`/api/products/${id}`, { name: 'While it was away' });
    await api.delete(`/api/reviews/${review.id}`);
    redis.thaw();
    for (const state of ['as it comes back', 'in-use']) {
      if (state === 'in-use') await waitForPart(api, 'cache', 'in-use');
      expect((await api.product(id)).name, state).to.equal('While it was away');
      expect((await api.get(`/api/reviews/${review.id}`)).status, state).to.equal(404);
    }
  });

  it('the service starts, and uses it when it comes', async () => {
    api = await startApi({ redisUrl: redis.url });
    await expectWorking(api);
    expect((await health(api)).body.parts.cache).to.equal('bypassed');
    await redis.start();
    await waitForPart(api, 'cache', 'in-use');
    await expectWorking(api);
  });
});

describe('while PostgreSQL is away', () => {
  let database: TestDatabase;
  let proxy: ReturnType<typeof createTcpProxy>;
  let bus: Bus;
  let api: Api;
  before(async () => {
    database = await createTestDatabase({ name: 'api' });
    proxy = createTcpProxy(database.url);
    bus = createMemoryBus({ log: silent });
    api = await startApi({ databaseUrl: await proxy.open(), bus });
    await bus.start();
  });
  after(async () => {
    await bus.stop();
    await api.stop();
    await proxy.close();
    await database.drop();
  });
  afterEach(async () => {
    await proxy.open().catch(() => {});
    await waitForPart(api, 'postgres', 'up');
  });

  async function expectUnavailable(method: string, path: string, json?: object) {
    const answer = await api.request<Problem>(method, path, { json });
    expectProblem(answer, { status: 503, code: 'DATABASE_UNAVAILABLE', instance: path });
    expect(answer.headers.get('retry-after')).to.match(/^\d+$/);
  }

  /** Until the relay has made its bumps, what is cached does not stay. */
  async function settled() {
    const db = await connect(database.url);
    await waitFor(
      'all bumps',
      async () => (await db.query('SELECT FROM cache_invalidation')).rows.length === 0,
    );
    await db.end();
  }

  it('what is cached is served, and anything else is a 503 that says when to try again', async () => {
    const { id } = await api.createProduct();
    const review = await api.createReview(id);
    const other = await api.createProduct();
    const paths = [`/api/products/${id}`, `/api/products/${id}/rating`, `/api/reviews/${review.id}`];
    await settled();
    const cached = await Promise.all(paths.map((path) => api.get(path)));

    await proxy.close();
    for (const [n, path] of paths.entries()) {
      const { status, body } = await api.get(path);
      expect(status).to.equal(200);
      expect(body).to.deep.equal(cached[n]!.body);
    }
    await expectUnavailable('GET', `/api/products/${other.id}`);
    await expectUnavailable('GET', '/api/products?sort=price');
    await expectUnavailable('GET', `/api/products/${id}/reviews`);
    await expectUnavailable('GET', `/api/ratings?productIds=${other.id}`);
    await expectUnavailable('POST', '/api/products', newProduct());
    await expectUnavailable('PUT', `/api/products/${id}`, newProduct());
    await expectUnavailable('PATCH', `/api/products/${id}`, { name: 'New' });
    await expectUnavailable('DELETE', `/api/products/${id}`);
    await expectUnavailable('POST', '/api/reviews', newReview(id));
    await expectUnavailable('PUT', `/api/reviews/${review.id}`, { rating: 1 });
    await expectUnavailable('PATCH', `/api/reviews/${review.id}`, { rating: 1 });
    await expectUnavailable('DELETE', `/api/reviews/${review.id}`);
  });

  it('the service lives, is not ready, and tells what is wrong', async () => {
    await proxy.close();
    const { status, body } = await health(api);
    expect(status).to.equal(503);
    expect(body).to.deep.include({ status: 'not ready' });
    expect(body.parts).to.include({ postgres: 'down', migrations: 'done' });
    expect((await api.get('/health/live')).status).to.equal(200);
    expect((await api.get('/metrics')).status).to.equal(200);
  });

  it('and comes back, everything works again without a restart', async () => {
    await proxy.close();
    await expectUnavailable('POST', '/api/products', newProduct());
    await proxy.open();
    await waitFor('it to be ready', async () => (await health(api)).status === 200);
    await expectWorking(api);
  });

  it('ratings that come are refused, and taken over when they come again', async () => {
    const { id } = await api.createProduct();
    const rating = ratingUpdated(ratingByOne(id, 1, 4));
    await proxy.close();
    const [refused] = await bus.publish([rating]);
    expect(refused).to.include({ status: 'refused' });
    await proxy.open();
    await waitFor('it to be taken', async () => (await bus.publish([rating]))[0]?.status === 'confirmed');
    expect((await api.product(id)).averageRating).to.equal(4);
  });

  it('a request in the midst of which the connection breaks is a 503, too', async () => {
    const { id } = await api.createProduct();
    const locker = await connect(database.url);
    try {
      await locker.query('BEGIN');
      await locker.query('SELECT FROM products WHERE id = $1 FOR UPDATE', [id]);
      const refused = expectUnavailable('PATCH', `/api/products/${id}`, { name: 'New' });
      await waitFor('it to wait for the lock', async () => {
        const { rows } = await locker.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rows.length > 0;
      });
      proxy.cut();
      await refused;
    } finally {
      await locker.end();
    }
  });
});

describe('a start before the database can be reached', () => {
  it('lives and answers 503 until the database is there, and then works', async () => {
    const database = await createTestDatabase({ name: 'api' });
    const proxy = createTcpProxy(database.url);
    const databaseUrl = await proxy.open();
    await proxy.close();
    const bus = createMemoryBus({ log: silent });
    const app = compose(createConfig({ databaseUrl }), { bus, log: silent });
    const started = app.start();
    try {
      const port = await waitFor('it to listen', () => app.port());
      const api = createHttpClient(`http://127.0.0.1:${port}`);
      expect((await api.get('/health/live')).status).to.equal(200);
      const { status, body } = await health(api);
      expect(status).to.equal(503);
      expect(body.parts).to.include({ postgres: 'down', migrations: 'pending' });
      const answer = await api.get<Problem>('/api/products');
      expectProblem(answer, { status: 503, code: 'STARTING', instance: '/api/products' });

      await proxy.open();
      await started;
      expect((await health(api)).status).to.equal(200);
      await expectWorking(api);
    } finally {
      await app.stop();
      await proxy.close();
      await database.drop();
    }
  });

  it('can be called off', async () => {
    const bus = createMemoryBus({ log: silent });
    const app = compose(createConfig({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' }), {
      bus,
      log: silent,
    });
    const started = app.start();
    await waitFor('it to listen', () => app.port());
    await app.stop();
    await started;
    expect(() => app.port()).to.throw('has not been started');
  });
});

describe('while the bus is away', () => {
  let away = false;
  let api: Api;
  let bus: Bus;
  let delivered: string[];

  beforeEach(async () => {
    delivered = [];
    const memoryBus = createMemoryBus({ log: silent });
    bus = {
      ...memoryBus,
      async publish(events) {
        if (away) throw new TransientError('BUS_UNAVAILABLE');
        return memoryBus.publish(events);
      },
      state: () => (away ? 'connecting' : memoryBus.state()),
    };
    away = true;
    api = await startApi({ bus });
    await bus.start();
  });
  afterEach(async () => {
    await bus.stop();
    await api.stop();
  });

  const consume = () =>
    bus.subscribe(
      'rating-service.reviews',
      async (events) => void delivered.push(...events.map(({ id }) => id)),
    );

  async function outbox(): Promise<string[]> {
    const db = await connect(api.databaseUrl);
    const { rows } = await db.query<{ id: string }>('SELECT event_id AS id FROM outbox');
    await db.end();
    return rows.map(({ id }) => id);
  }

  const emptied = () => waitFor('the outbox to be empty', async () => (await outbox()).length === 0);

  it('reads and writes go on, and every event is kept and delivered when it is back', async () => {
    consume();
    await expectWorking(api);
    const { status, body } = await health(api);
    expect(status).to.equal(200);
    expect(body.parts.bus).to.equal('connecting');
    const kept = await outbox();
    // Created, edited, and deleted along with its product.
    expect(kept).to.have.length(3);
    expect(delivered).to.deep.equal([]);

    away = false;
    await emptied();
    expect(delivered).to.have.members(kept);
  });

  it('events that no queue takes are kept, too', async () => {
    away = false;
    const { id } = await api.createProduct();
    await api.createReview(id);
    const kept = await outbox();
    expect(kept).to.have.length(1);
    consume();
    await emptied();
    expect(delivered).to.deep.equal(kept);
  });

  it('an edit by hand shows all the same', async () => {
    const { id } = await api.createProduct();
    await api.product(id);
    const db = await connect(api.databaseUrl);
    await db.query(`UPDATE products SET name = 'By hand' WHERE id = $1`, [id]);
    await db.end();
    await waitFor('the name', async () => (await api.product(id)).name === 'By hand');
  });
});
