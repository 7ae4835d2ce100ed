import { dirname } from 'node:path';
import { expect } from 'chai';
import type { Client } from 'pg';
import { createLogger } from 'ct-common-lib';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import {
  startInstalledPostgres,
  type InstalledPostgres,
  type PostgresReplica,
} from '../../../test/support/installed-postgres.ts';
import { describeWithPrograms } from '../../../test/support/programs.ts';
import { readCounter } from '../../../test/support/service.ts';
import { connect, startApi, type Api } from '../support/api.ts';
import { health } from '../support/health.ts';
import { newProduct, type Page, type Product, type Review } from '../support/http-client.ts';

describeWithPrograms('lists by replicas', { initdb: 'postgresql' }, ({ initdb }) => {
  let primary: InstalledPostgres;
  let replica: PostgresReplica;
  let database: TestDatabase;
  let api: Api;
  let sql: Client;
  let onReplica: Client;

  before(async () => {
    primary = await startInstalledPostgres(dirname(initdb));
    database = await createTestDatabase({ name: 'api', serverUrl: primary.url });
    replica = await primary.startReplica();
    sql = await connect(database.url);
    api = await startApi({ databaseUrl: database.url, replicaUrl: onHost(replica.port) });
    await api.createProduct({ name: 'Red mug' });
    await api.createProduct({ name: 'Green mug' });
    await usable();
    onReplica = await connect(onHost(replica.port));
  });
  after(async () => {
    await onReplica?.end();
    await api?.stop();
    await sql?.end();
    await primary?.stop();
  });

  const onHost = (port: number) => Object.assign(new URL(database.url), { host: `127.0.0.1:${port}` }).href;
  const stateIs = (state: string) =>
    waitFor(`replicas to be ${state}`, async () => (await health(api)).body.parts.replicas === state);
  const usable = () => stateIs('in-use');
  const countOf = (outcome: string) => readCounter(api, 'ct_db_replica_reads_total', `outcome="${outcome}"`);
  const lag = () => readCounter(api, 'ct_db_replica_lag_seconds');
  const search = async (q: string) =>
    (await api.page<Product>(`/api/products?q=${q}`)).data.map(({ name }) => name);

  /** Who answers the lists of pages that `read` asks for. */
  async function askedOf(read: () => Promise<unknown>) {
    const before = await Promise.all(['done', 'late', 'failed'].map(countOf));
    await read();
    const after = await Promise.all(['done', 'late', 'failed'].map(countOf));
    const [done, late, failed] = after.map((count, i) => count - before[i]!);
    return { done, late, failed };
  }

  /** What is committed meanwhile shows on the replica only afterwards. */
  async function whilePaused(work: () => Promise<void>) {
    await onReplica.query('SELECT pg_wal_replay_pause()');
    try {
      await waitFor('the replica to be paused', async () => {
        const { rows } = await onReplica.query('SELECT pg_get_wal_replay_pause_state() AS state');
        return (rows as { state: string }[])[0]!.state === 'paused';
      });
      await work();
    } finally {
      await onReplica.query('SELECT pg_wal_replay_resume()');
      await usable();
    }
  }

  it('serves a search', async () => {
    await waitFor('the replica to have it', async () => (await search('mug')).length === 2);
    const asked = await askedOf(async () => {
      expect(await search('mug')).to.deep.equal(['Green mug', 'Red mug']);
    });
    expect(asked).to.deep.equal({ done: 1, late: 0, failed: 0 });
  });

  it('serves pages after the first, of products and of reviews, and the first by way of the cache', async () => {
    const { id } = await api.createProduct();
    for (const rating of [1, 2, 3]) await api.createReview(id, { rating });
    await waitFor('the replica to have them', async () => {
      const { rows } = await onReplica.query('SELECT FROM reviews WHERE product_id = $1', [id]);
      return rows.length === 3;
    });
    for (const path of [
      '/api/products?limit=1&sort=name',
      `/api/products/${id}/reviews?limit=1&sort=rating`,
    ]) {
      let first: Page<Product | Review>;
      const ofFirst = await askedOf(async () => (first = await api.page(path)));
      expect(ofFirst).to.deep.equal({ done: 0, late: 0, failed: 0 });
      const ofSecond = await askedOf(async () => {
        const second = await api.page<Product | Review>(`${path}&cursor=${first.nextCursor}`);
        expect(second.data).to.have.length(1);
        expect(second.data[0]!.id).to.not.equal(first.data[0]!.id);
      });
      expect(ofSecond).to.deep.equal({ done: 1, late: 0, failed: 0 });
    }
  });

  it('shows each item as it is now, whatever the replica has', async () => {
    const product = await api.createProduct({ name: 'Old kettle' });
    await waitFor('the replica to have it', async () => (await search('kettle')).length === 1);
    await whilePaused(async () => {
      await api.patch(`/api/products/${product.id}`, { name: 'New kettle' });
      expect(await search('kettle')).to.deep.equal(['New kettle']);
      expect((await api.product(product.id)).name).to.equal('New kettle');
    });
  });

  it('leaves lists to the primary while the replica is more than two seconds late, and tells how late it is', async () => {
    await whilePaused(async () => {
      await api.createProduct({ name: 'Late lamp' });
      await stateIs('late');
      const asked = await askedOf(async () => expect(await search('lamp')).to.deep.equal(['Late lamp']));
      expect(asked).to.deep.equal({ done: 0, late: 1, failed: 0 });
      expect(await lag()).to.be.at.least(2);
    });
    await waitFor('the replica to have it', async () => (await search('lamp')).length === 1);
    expect(await lag()).to.be.below(2);
  });

  it('leaves lists to the primary while the replica is away, and comes back to it', async () => {
    await onReplica.end();
    await replica.stop();
    const asked = await askedOf(async () => expect(await search('mug')).to.have.length(2));
    expect(asked.done).to.equal(0);
    await stateIs('late');
    expect(await search('mug')).to.have.length(2);
    await replica.start();
    await usable();
    onReplica = await connect(onHost(replica.port));
  });

  it('leaves a list to the primary whose statement fails on the replica', async () => {
    await sql.query('ALTER TABLE products RENAME COLUMN search TO searched');
    await waitFor('the replica to have that', () => onReplica.query('SELECT searched FROM products'));
    await whilePaused(async () => {
      await sql.query('ALTER TABLE products RENAME COLUMN searched TO search');
      const asked = await askedOf(async () => expect(await search('mug')).to.have.length(2));
      expect(asked.done).to.equal(0);
    });
    expect(await countOf('failed')).to.be.above(0);
  });

  it('answers a forged cursor as ever', async () => {
    const { status } = await api.get('/api/products?cursor=forged');
    expect(status).to.equal(400);
    await usable();
  });

  it('never asks one that still follows a primary which another has taken over from', async () => {
    const successor = await primary.startReplica();
    const urlOfSuccessor = onHost(successor.port);
    const onSuccessor = await connect(urlOfSuccessor);
    await onSuccessor.query('SELECT pg_promote()');
    // Further on in its log than the successor, as one may be that was cut off.
    await sql.query(`SELECT pg_logical_emit_message(false, 'more', repeat('x', 1000000))`);
    const { rows } = await sql.query<{ ahead: string }>('SELECT pg_current_wal_lsn() AS ahead');
    await waitFor('the replica to be as far on', async () => {
      const replayed = await onReplica.query('SELECT FROM pg_last_wal_replay_lsn() AS at WHERE at >= $1', [
        rows[0]!.ahead,
      ]);
      return replayed.rows.length === 1;
    });
    const other = await startApi({ databaseUrl: urlOfSuccessor, replicaUrl: onHost(replica.port) });
    const { body: product } = await other.post<Product>(
      '/api/products',
      newProduct({ name: 'Last lantern' }),
    );
    expect((await health(other)).body.parts.replicas).to.equal('late');
    const { data } = await other.page<Product>('/api/products?q=lantern');
    expect(data.map(({ id }) => id)).to.deep.equal([product.id]);
    await other.stop();
    await onSuccessor.end();
  });

  for (const [title, url] of [
    ['the primary itself', () => database.url],
    ['a replica of another database', () => replica.url],
    ['another server', () => process.env.TEST_POSTGRES_URL!],
  ] as const) {
    it(`never asks ${title}`, async () => {
      const lines: string[] = [];
      const other = await startApi({
        databaseUrl: database.url,
        replicaUrl: url(),
        log: createLogger({
          name: 'test',
          level: 'warn',
          destination: { write: (line) => void lines.push(line) },
        }),
      });
      expect((await health(other)).body.parts.replicas).to.equal('late');
      expect((await other.page<Product>('/api/products?q=mug')).data).to.have.length(2);
      expect(lines.join('')).to.include('is no replica of the database in DATABASE_URL');
      await other.stop();
    });
  }
});
