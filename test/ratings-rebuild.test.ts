import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Client } from 'pg';
import { createLogger } from 'ct-common-lib';
import { runMigrations, type Migration } from 'ct-common-lib/postgres';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import { migrations as apiMigrations } from '../api-service/src/db/migrations/index.ts';
import { migrations as ratingMigrations } from '../rating-service/src/db/migrations/index.ts';
import type { AuditedDatabases } from '../scripts/rating-audit.ts';
import { beginLink, findLink, finishLink } from '../scripts/rating-link.ts';
import { rebuildRatings } from './support/rating-audit.ts';

const log = createLogger({ name: 'test', level: 'silent' });

describe('npm run ratings:rebuild', () => {
  let apiDatabase: TestDatabase;
  let ratingDatabase: TestDatabase;
  let databases: AuditedDatabases;

  beforeEach(async () => {
    apiDatabase = await createTestDatabase({ name: 'api' });
    ratingDatabase = await createTestDatabase({ name: 'rating' });
    databases = {
      api: await open(apiDatabase, apiMigrations),
      rating: await open(ratingDatabase, ratingMigrations),
    };
  });
  afterEach(async () => {
    await databases.api.end();
    await databases.rating.end();
    await apiDatabase.drop();
    await ratingDatabase.drop();
  });

  async function open({ url }: TestDatabase, migrations: Migration[]) {
    await runMigrations({ url, migrations, log });
    const client = new Client({ connectionString: url });
    await client.connect();
    return client;
  }

  const rebuild = () =>
    rebuildRatings({ databaseUrl: apiDatabase.url, ratingDatabaseUrl: ratingDatabase.url });
  const roles = async () => {
    const { rows } = await databases.rating.query<{ id: string; role: string }>(
      'SELECT id, role FROM rating_store',
    );
    return Object.fromEntries(rows.map(({ id, role }) => [id, role]));
  };
  const linkedStore = async () =>
    (await databases.api.query<{ store: string }>('SELECT rating_store() AS store')).rows[0]!.store;
  const linkTo = (store: string) => databases.api.query('UPDATE rating_link SET store = $1', [store]);

  async function addProduct(...ratings: number[]) {
    const { rows } = await databases.api.query<{ id: string }>(
      `INSERT INTO products (sku, name) VALUES ($1, 'Lamp') RETURNING id`,
      [randomUUID()],
    );
    const id = rows[0]!.id;
    await databases.api.query('INSERT INTO reviews (product_id, rating) SELECT $1, unnest($2::int[])', [
      id,
      ratings,
    ]);
    return id;
  }

  async function expectRated(id: string, count: number) {
    const { rows } = await databases.api.query('SELECT review_count FROM products WHERE id = $1', [id]);
    expect(rows).to.deep.equal([{ review_count: String(count) }]);
    const registers = await databases.rating.query('SELECT FROM review_state WHERE product_id = $1', [id]);
    expect(registers.rowCount).to.equal(count);
  }

  it('links two databases that are not linked, and makes whatever was linked a former one', async () => {
    const id = await addProduct(4, 5);
    const [own] = Object.keys(await roles()) as [string];
    const [lost, waiting] = [randomUUID(), randomUUID()];
    await linkTo(lost);
    await databases.rating.query(`INSERT INTO rating_store (id, role) VALUES ($1, 'foreign')`, [waiting]);
    expect(await findLink(databases)).to.equal('broken');
    const { code, said } = await rebuild();
    expect(said).to.include('The API takes its ratings from this rating database now.');
    expect(code).to.equal(0);
    const linked = await linkedStore();
    expect(await roles()).to.deep.equal({
      [own]: 'former',
      [lost]: 'former',
      [waiting]: 'former',
      [linked]: 'current',
    });
    expect(await findLink(databases)).to.equal('holds');
    await expectRated(id, 2);
  });

  it('leaves a link alone that holds', async () => {
    const id = await addProduct(3);
    const before = await roles();
    await linkTo(Object.keys(before)[0]!);
    expect((await rebuild()).said).to.not.include('takes its ratings');
    expect(await roles()).to.deep.equal(before);
    await expectRated(id, 1);
  });

  it('links anew while reviews wait that are for another rating database, though the link holds', async () => {
    await linkTo(Object.keys(await roles())[0]!);
    await databases.rating.query(`INSERT INTO rating_store (id, role) VALUES ($1, 'foreign')`, [
      randomUUID(),
    ]);
    expect(await findLink(databases)).to.equal('broken');
    expect(await rebuild()).to.include({ code: 0 });
    expect(await findLink(databases)).to.equal('holds');
  });

  for (const [when, interrupt] of [
    [
      'between the two databases',
      async () => {
        const failing = {
          query: (sql: string) =>
            /INSERT/.test(sql) ? Promise.reject(new Error('lost')) : databases.api.query(sql),
        };
        await beginLink({ ...databases, api: failing as unknown as Client }).catch(() => undefined);
      },
    ],
    ['before any product', () => beginLink(databases)],
  ] as const) {
    it(`begins again after one that was interrupted ${when}, where no rating changes till then`, async () => {
      const id = await addProduct(1, 2, 3);
      const [own] = Object.keys(await roles()) as [string];
      await linkTo(own);
      await interrupt();
      expect(Object.values(await roles())).to.not.include('current');
      expect(await findLink(databases)).to.equal('broken');
      const between = await linkedStore();
      expect(await rebuild()).to.include({ code: 0 });
      expect(await roles()).to.include({
        [own]: 'former',
        [between]: 'former',
        [await linkedStore()]: 'current',
      });
      await expectRated(id, 3);
    });
  }

  it('lets no rating be summed by anybody else before it has made every one', async () => {
    await addProduct(4);
    await linkTo(randomUUID());
    const holder = new Client({ connectionString: apiDatabase.url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE products IN SHARE MODE');
      const rebuilding = rebuild();
      await waitFor('a product cannot be written', async () => {
        const { rowCount } = await databases.api.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        );
        return rowCount === 1;
      });
      expect(Object.values(await roles())).to.not.include('current');
      await holder.query('COMMIT');
      expect(await rebuilding).to.include({ code: 0 });
    } finally {
      await holder.end();
    }
    expect((await roles())[await linkedStore()]).to.equal('current');
  });

  for (const lost of ['api', 'rating'] as const) {
    it(`says in one sentence that its connection to the ${lost} database was ended, and writes nothing`, async () => {
      const id = await addProduct(4);
      await linkTo(Object.keys(await roles())[0]!);
      const holder = new Client({ connectionString: apiDatabase.url });
      await holder.connect();
      try {
        await holder.query('BEGIN');
        await holder.query('LOCK TABLE products IN SHARE MODE');
        const rebuilding = rebuild();
        await waitFor('a product cannot be written', async () => {
          const { rowCount } = await databases.api.query(
            `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
          );
          return rowCount === 1;
        });
        const { rowCount } = await databases[lost].query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'ratings audit' AND datname = current_database()`,
        );
        expect(rowCount).to.equal(1);
        await holder.query('COMMIT');
        const { code, said } = await rebuilding;
        // The first error, and not what became of the way back. One that is idle may hear of its end only when it is used.
        const reason = { api: 'terminating connection', rating: '(terminating connection|Client has)' }[lost];
        expect(said).to.match(new RegExp(`^It could not be finished: ${reason}.*\n$`, 'm'));
        expect(said).to.not.match(/^ +at |Unhandled|Uncaught/im);
        expect(code).to.equal(1);
      } finally {
        await holder.end();
      }
      expect((await databases.rating.query('SELECT FROM review_state')).rowCount).to.equal(0);
      expect(await rebuild()).to.include({ code: 0 });
      await expectRated(id, 1);
    });
  }

  it('finishes with an id that has come up in waiting reviews', async () => {
    const store = await beginLink(databases);
    await databases.rating.query(`INSERT INTO rating_store (id, role) VALUES ($1, 'foreign')`, [store]);
    await finishLink(databases, store);
    expect(await findLink(databases)).to.equal('holds');
  });

  it('forgets what a lost timeline left, and knows the tombstones of products that are gone', async () => {
    const gone = await addProduct(5, 5);
    await databases.api.query('DELETE FROM products WHERE id = $1', [gone]);
    const never = randomUUID();
    await databases.rating.query('INSERT INTO review_state VALUES ($1, $2, 5, 1)', [randomUUID(), never]);
    await databases.rating.query('INSERT INTO product_rating (product_id, n5, version) VALUES ($1, 1, 1)', [
      never,
    ]);
    await linkTo(randomUUID());
    expect(await rebuild()).to.include({ code: 0 });
    const { rows } = await databases.rating.query('SELECT product_id, n5, version FROM product_rating');
    expect(rows).to.deep.equal([{ product_id: gone, n5: '0', version: '4' }]);
    expect((await databases.rating.query('SELECT FROM review_state')).rowCount).to.equal(2);
  });

  it('makes the tables of a rating database that was created a moment ago', async () => {
    const id = await addProduct(2);
    await databases.rating.query('DROP SCHEMA public CASCADE');
    await databases.rating.query('CREATE SCHEMA public');
    expect(await rebuild()).to.include({ code: 0 });
    await expectRated(id, 1);
  });

  it('does not run twice at once', async () => {
    await databases.rating.query(`SELECT pg_advisory_lock(hashtext('ct-reviews rebuild'))`);
    const { code, said } = await rebuild();
    expect(said).to.include('Another ratings:rebuild is at work');
    expect(code).to.equal(1);
  });
});
