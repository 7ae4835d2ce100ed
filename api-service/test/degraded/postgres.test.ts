import { expect } from 'chai';
import { createMemoryBus, type Bus } from 'ct-common-lib/bus';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import {
  createTcpProxy,
  targetOf,
  through,
  type TcpProxy,
} from '../../../ct-common-lib/test/support/tcp-proxy.ts';
import { compose } from '../../src/compose.ts';
import { connect, createConfig, silent, startApi, type Api } from '../support/api.ts';
import { newAdmin } from '../support/tokens.ts';
import { createHttpClient, newProduct, newReview, type Problem } from '../support/http-client.ts';
import { expectProblem } from '../support/problem.ts';
import { ratingByOne, ratingUpdated } from '../support/ratings.ts';
import { expectWorking, health, waitForPart } from '../support/health.ts';

describe('while PostgreSQL is away', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let bus: Bus;
  let api: Api;
  before(async () => {
    database = await createTestDatabase({ name: 'api' });
    proxy = createTcpProxy(targetOf(database.url));
    await proxy.open();
    bus = createMemoryBus({ log: silent });
    api = await startApi({ databaseUrl: through(proxy, database.url), bus });
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

  async function expectUnavailable(
    method: string,
    path: string,
    json?: object,
    code = 'DATABASE_UNAVAILABLE',
  ) {
    const answer = await api.request<Problem>(method, path, { json });
    expectProblem(answer, { status: 503, code, instance: path });
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
    // On a connection that it does not know to be lost a write might have passed.
    await waitForPart(api, 'postgres', 'down');
    await expectUnavailable('POST', '/api/products', newProduct());
    await proxy.open();
    await waitFor('it to be ready', async () => (await health(api)).status === 200);
    await expectWorking(api);
  });

  it('as its database takes no connections, it is a 503 as well, which says that nothing was written', async () => {
    const { id } = await api.createProduct();
    const url = new URL(database.url);
    const name = url.pathname.slice(1);
    const db = await connect(new URL('/postgres', url).href);
    try {
      await db.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
      await db.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
      // On a connection that it does not know to be lost a write might have passed.
      await waitFor('no connection to be open', async () =>
        /^ct_db_pool_idle_connections\{.*pool="requests".*\} 0$/m.test(
          (await api.get<string>('/metrics')).body,
        ),
      );
      await expectUnavailable('GET', '/api/products?sort=name');
      await expectUnavailable('POST', '/api/products', newProduct());
      await expectUnavailable('PATCH', `/api/products/${id}`, { name: 'New' });
    } finally {
      await db.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
      await db.end();
    }
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
      const refused = expectUnavailable('PATCH', `/api/products/${id}`, { name: 'New' }, 'OUTCOME_UNKNOWN');
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
    const proxy = createTcpProxy(targetOf(database.url));
    await proxy.open();
    const databaseUrl = through(proxy, database.url);
    await proxy.close();
    const bus = createMemoryBus({ log: silent });
    const app = compose(createConfig({ databaseUrl }), { bus, log: silent });
    const started = app.start();
    try {
      const port = await waitFor('it to listen', () => app.port());
      const api = createHttpClient(`http://127.0.0.1:${port}`, newAdmin);
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
