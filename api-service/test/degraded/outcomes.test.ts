import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import type { Client } from 'pg';
import {
  createTcpProxy,
  targetOf,
  through,
  type TcpProxy,
} from '../../../ct-common-lib/test/support/tcp-proxy.ts';
import { connect, startApi, type Api } from '../support/api.ts';
import { waitForPart } from '../support/health.ts';
import { newProduct, newReview, type Answer, type Problem } from '../support/http-client.ts';
import { expectProblem } from '../support/problem.ts';

/** A write on its way, with a look into the database whether it was made. */
interface Attempt {
  method: string;
  path: string;
  json?: object;
  /** Selects a row if it was made. */
  written: string;
  /** Locks what the write locks, or puts the same thing in its place. */
  rival: string;
}

const writes: Record<string, (api: Api) => Promise<Attempt>> = {
  'POST of a product': async () => {
    const json = newProduct();
    const written = `SELECT FROM products WHERE sku = '${json.sku}'`;
    const rival = `INSERT INTO products (sku, name) VALUES ('${json.sku}', 'Rival')`;
    return { method: 'POST', path: '/api/products', json, written, rival };
  },
  'PUT of a product': (api) => toProduct(api, 'PUT', `name = 'New'`, { json: newProduct({ name: 'New' }) }),
  'PATCH of a product': (api) => toProduct(api, 'PATCH', `name = 'New'`, { json: { name: 'New' } }),
  'DELETE of a product': async (api) => {
    const { id } = await api.createProduct();
    await api.createReview(id);
    const written = `SELECT WHERE NOT EXISTS (SELECT FROM products WHERE id = '${id}')`;
    return { method: 'DELETE', path: `/api/products/${id}`, written, rival: lockProduct(id) };
  },
  'POST of a review': async (api) => {
    const { id } = await api.createProduct();
    const written = `SELECT FROM reviews WHERE product_id = '${id}'`;
    return { method: 'POST', path: '/api/reviews', json: newReview(id), written, rival: lockProduct(id) };
  },
  'PUT of a review': (api) => toReview(api, 'PUT', 'rating = 1', { json: { rating: 1 } }),
  'PATCH of a review': (api) => toReview(api, 'PATCH', 'rating = 1', { json: { rating: 1 } }),
  'DELETE of a review': (api) => toReview(api, 'DELETE', 'deleted_at IS NOT NULL'),
};

const lockProduct = (id: string) => `SELECT FROM products WHERE id = '${id}' FOR UPDATE`;

async function toProduct(
  api: Api,
  method: string,
  made: string,
  more: { json?: object } = {},
): Promise<Attempt> {
  const { id } = await api.createProduct();
  const written = `SELECT FROM products WHERE id = '${id}' AND ${made}`;
  return { method, path: `/api/products/${id}`, written, rival: lockProduct(id), ...more };
}

async function toReview(
  api: Api,
  method: string,
  made: string,
  more: { json?: object } = {},
): Promise<Attempt> {
  const { id } = await api.createReview((await api.createProduct()).id);
  const written = `SELECT FROM reviews WHERE id = '${id}' AND ${made}`;
  const rival = `SELECT FROM reviews WHERE id = '${id}' FOR UPDATE`;
  return { method, path: `/api/reviews/${id}`, written, rival, ...more };
}

describe('a write that is answered with 503', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let api: Api;
  let sql: Client;
  before(async () => {
    database = await createTestDatabase({ name: 'api' });
    sql = await connect(database.url);
    await sql.query(`
      DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET lock_timeout = 2000', current_database());
        EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = 20', current_database());
      END $$`);
    proxy = createTcpProxy(targetOf(database.url));
    await proxy.open();
    api = await startApi({ databaseUrl: through(proxy, database.url) });
    await sql.query(gates);
  });
  after(async () => {
    await api.stop();
    await proxy.close();
    await sql.end();
    await database.drop();
  });
  const clients: Client[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    proxy.heal();
    await proxy.open().catch(() => undefined);
    await waitForPart(api, 'postgres', 'up');
  });

  /** A session of a test's own, with a transaction begun; rolled back after the test at the latest. */
  async function begin() {
    const client = await connect(database.url);
    clients.push(client);
    await client.query(`SET deadlock_timeout = '1min'`);
    await client.query('BEGIN');
    return client;
  }

  const send = ({ method, path, json }: Attempt) => api.request<Problem>(method, path, { json });
  const isWritten = async ({ written }: Attempt) => (await sql.query(written)).rows.length > 0;

  function expectUnavailable(answer: Answer<Problem>, { path }: Attempt, code: string) {
    expectProblem(answer, { status: 503, code, instance: path });
    expect(answer.headers.get('retry-after')).to.match(/^\d+$/);
  }

  /** So many that a write finds an open one, though the relays have theirs: each had a list of its own that waited. */
  async function openConnections(count = 6) {
    const holder = await begin();
    await holder.query('LOCK TABLE reviews');
    const reads = Array.from({ length: count }, () => api.get(`/api/products/${randomUUID()}/reviews`));
    await backendsThatWait(count, `query LIKE 'SELECT%FROM reviews%'`);
    await holder.query('ROLLBACK');
    await Promise.all(reads);
  }

  /** A transaction that a write has to wait for, when it has changed its row and not yet told the relays. */
  async function holdUp(gate: 'products' | 'outbox' | '%' = '%') {
    const holder = await begin();
    await holder.query('SELECT FROM gates WHERE name LIKE $1 FOR UPDATE', [gate]);
    return {
      /** The process id of the write's connection, once it waits. */
      waiting: () => backendsThatWait(1, `query ~ '^(INSERT|UPDATE|DELETE)'`),
      letGo: () => holder.query('ROLLBACK'),
    };
  }

  const backendsThatWait = (count: number, condition: string) =>
    waitFor(`${count} to wait for a lock: ${condition}`, async () => {
      const { rows } = await sql.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND ${condition}`,
      );
      return rows.length >= count && rows[0]!.pid;
    });

  for (const [title, prepare] of Object.entries(writes)) {
    it(`may have been made if the answer was lost: ${title}`, async () => {
      const attempt = await prepare(api);
      await openConnections();
      proxy.blackHole('down');
      const answered = send(attempt);
      await waitFor('the commit', () => isWritten(attempt));
      proxy.heal();
      expectUnavailable(await answered, attempt, 'OUTCOME_UNKNOWN');
      expect(await isWritten(attempt)).to.equal(true);
    });

    it(`may have been made if the server ended its connection, and need not: ${title}`, async () => {
      const attempt = await prepare(api);
      const others = await holdUp();
      const answered = send(attempt);
      await sql.query('SELECT pg_terminate_backend($1)', [await others.waiting()]);
      expectUnavailable(await answered, attempt, 'OUTCOME_UNKNOWN');
      await others.letGo();
      expect(await isWritten(attempt)).to.equal(false);
    });

    it(`was not made if there was no connection: ${title}`, async () => {
      const attempt = await prepare(api);
      await proxy.close();
      await waitForPart(api, 'postgres', 'down');
      expectUnavailable(await send(attempt), attempt, 'DATABASE_UNAVAILABLE');
      expect(await isWritten(attempt)).to.equal(false);
    });

    it(`is not answered with 503 for one deadlock, but made again: ${title}`, async () => {
      const attempt = await prepare(api);
      const rival = await begin();
      await rival.query('LOCK TABLE cache_invalidation IN EXCLUSIVE MODE');
      const others = await holdUp();
      const answered = send(attempt);
      await others.waiting();
      const wanted = rival.query(`${attempt.rival} /* rival */`);
      await backendsThatWait(1, `query LIKE '%/* rival */'`);
      // Now it runs into the table that the rival holds, which closes the circle.
      await others.letGo();
      await wanted;
      await rival.query('ROLLBACK');
      expect((await answered).status).to.be.oneOf([200, 201, 204]);
      expect(await isWritten(attempt)).to.equal(true);
    });
  }

  for (const title of ['DELETE of a product', 'POST of a review']) {
    it(`was not made if a lock was not to be had in time: ${title}`, async () => {
      const attempt = await writes[title]!(api);
      const others = await holdUp();
      expectUnavailable(await send(attempt), attempt, 'DATABASE_UNAVAILABLE');
      await others.letGo();
      expect(await isWritten(attempt)).to.equal(false);
    });
  }

  for (const [title, state] of [
    ['the server rolled it back each time', '40001'],
    ['the disk was full', '53100'],
    ['the server was out of memory', '53200'],
  ]) {
    it(`was not made if ${title}`, async () => {
      await sql.query(`
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '${state}'; END $$;
        CREATE TRIGGER fail AFTER INSERT ON products FOR EACH ROW EXECUTE FUNCTION fail()`);
      try {
        const attempt = await writes['POST of a product']!(api);
        expectUnavailable(await send(attempt), attempt, 'DATABASE_UNAVAILABLE');
        expect(await isWritten(attempt)).to.equal(false);
      } finally {
        await sql.query('DROP FUNCTION fail CASCADE');
      }
    });
  }

  it('was made, though not wholly told to the cache, if a deletion fails after its commit', async () => {
    const attempt = await writes['DELETE of a product']!(api);
    const others = await holdUp('outbox');
    const answered = send(attempt);
    await others.waiting();
    const locker = await begin();
    const locked = locker.query('LOCK TABLE reviews IN ACCESS EXCLUSIVE MODE');
    await backendsThatWait(1, `query LIKE 'LOCK TABLE reviews%'`);
    await others.letGo();
    await locked;
    expectUnavailable(await answered, attempt, 'OUTCOME_UNKNOWN');
    expect(await isWritten(attempt)).to.equal(true);
  });
});

/** Lets a test hold a write up between the change of its row and the row for the relays. */
const gates = `
  CREATE TABLE gates (name text PRIMARY KEY);
  INSERT INTO gates VALUES ('products'), ('outbox');
  CREATE FUNCTION pass_gate() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM FROM gates WHERE name = TG_TABLE_NAME FOR SHARE;
    RETURN NULL;
  END $$;
  CREATE TRIGGER gate AFTER INSERT OR UPDATE OR DELETE ON products FOR EACH ROW EXECUTE FUNCTION pass_gate();
  CREATE TRIGGER gate BEFORE INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION pass_gate()`;
