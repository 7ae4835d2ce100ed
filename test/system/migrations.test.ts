import { expect } from 'chai';
import { createLogger } from 'ct-common-lib';
import { runMigrations, type Migration } from 'ct-common-lib/postgres';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import { Client } from 'pg';
import { migrations as apiMigrations } from '../../api-service/src/db/migrations/index.ts';
import { watchLocks } from '../../ct-common-lib/test/postgres/lock-watch.ts';
import { migrations as ratingMigrations } from '../../rating-service/src/db/migrations/index.ts';
import { schemaOf } from '../support/schema.ts';

/** SQL that clients send all the time once the migrations up to `since` stand. `$1` is a random number from 0 to 1. */
interface Statement {
  since: number;
  sql: string;
}

interface Service {
  migrations: Migration[];
  /** Fills the tables of the first migration. */
  fill: string;
  statements: Statement[];
  /** Rows that migrations make. */
  rows: string;
}

const some = (table: string, key: string) =>
  `SELECT ${key} FROM ${table} OFFSET floor($1::float8 * 400) LIMIT 1`;

const services: Record<string, Service> = {
  'api-service': {
    migrations: apiMigrations,
    fill: `
      INSERT INTO products (sku, name) SELECT 'sku-' || n, 'Product ' || n FROM generate_series(1, 500) AS n;
      INSERT INTO reviews (product_id, rating, title, text)
      SELECT products.id, 1 + n % 5, 'Title', repeat('Some words. ', 10)
        FROM generate_series(1, 50000) AS n JOIN products ON sku = 'sku-' || (1 + n % 500)`,
    statements: [
      { since: 1, sql: `SELECT * FROM products WHERE id = (${some('products', 'id')})` },
      {
        since: 1,
        sql: `SELECT * FROM reviews WHERE product_id = (${some('products', 'id')}) AND deleted_at IS NULL
               AND status = 'approved' ORDER BY created_at DESC, id DESC LIMIT 20`,
      },
      { since: 1, sql: `INSERT INTO reviews (product_id, rating) SELECT (${some('products', 'id')}), 4` },
      {
        since: 1,
        sql: `UPDATE reviews SET rating = 3, text = 'Edited' WHERE id = (${some('reviews', 'id')}) AND deleted_at IS NULL`,
      },
      {
        since: 1,
        sql: `UPDATE reviews SET deleted_at = now() WHERE id = (${some('reviews', 'id')}) AND $1::float8 < 0.1`,
      },
      {
        since: 1,
        sql: `UPDATE products SET review_count = review_count + 1, rating_version = rating_version + 1
               WHERE id = (${some('products', 'id')})`,
      },
      {
        since: 2,
        sql: `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE $1::float8 < 1 ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED)`,
      },
      {
        since: 2,
        sql: `DELETE FROM cache_invalidation
               WHERE id IN (SELECT id FROM cache_invalidation WHERE $1::float8 < 1 ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED)`,
      },
    ],
    rows: 'SELECT only_row, store FROM rating_link',
  },
  'rating-service': {
    migrations: ratingMigrations,
    fill: `
      INSERT INTO review_state (review_id, product_id, rating, version)
      SELECT gen_random_uuid(), md5((n % 500)::text)::uuid, 1 + n % 5, 1 FROM generate_series(1, 50000) AS n;
      INSERT INTO product_rating (product_id, n1, version)
      SELECT DISTINCT product_id, 100, 100 FROM review_state`,
    statements: [
      {
        since: 1,
        sql: `SELECT * FROM product_rating WHERE product_id = (${some('product_rating', 'product_id')})`,
      },
      {
        since: 1,
        sql: `INSERT INTO review_state (review_id, product_id, rating, version)
              SELECT gen_random_uuid(), (${some('product_rating', 'product_id')}), NULL, 0 ON CONFLICT DO NOTHING`,
      },
      {
        since: 1,
        sql: `UPDATE review_state SET rating = 2, version = version + 1 WHERE review_id = (${some('review_state', 'review_id')})`,
      },
      {
        since: 1,
        sql: `INSERT INTO product_rating AS rating (product_id, n2, version)
              SELECT (${some('product_rating', 'product_id')}), 1, 1
                  ON CONFLICT (product_id) DO UPDATE
                 SET n2 = rating.n2 + excluded.n2, version = rating.version + excluded.version`,
      },
    ],
    rows: 'SELECT * FROM rating_store',
  },
};

const silent = createLogger({ name: 'test', level: 'silent' });

for (const [name, { migrations, fill, statements, rows }] of Object.entries(services)) {
  describe(`the migrations of ${name}`, () => {
    let database: TestDatabase;
    let sql: Client;
    beforeEach(async () => {
      database = await createTestDatabase({ name: 'migrations' });
      sql = await connect('test');
    });
    const atEnd: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      try {
        for (const end of atEnd.splice(0)) await end();
      } finally {
        await sql.end();
      }
      await database.drop();
    });

    async function connect(applicationName: string) {
      const client = new Client({ connectionString: database.url, application_name: applicationName });
      await client.connect();
      return client;
    }

    const migrate = (upTo: number, log = silent) =>
      runMigrations({ url: database.url, migrations: migrations.slice(0, upTo), log });

    /** Readers and writers that go on until the end of the test; a statement that fails fails the test. */
    async function startLoad(stage: number) {
      const load = { running: true, stage, done: 0 };
      const work = async (client: Client, worker: number) => {
        for (let n = worker; load.running; n++) {
          const possible = statements.filter(({ since }) => since <= load.stage);
          await client.query(possible[n % possible.length]!.sql, [Math.random()]);
          load.done++;
        }
      };
      const clients = await Promise.all(Array.from({ length: 4 }, () => connect('client')));
      const working = Promise.all(clients.map(work));
      working.catch(() => undefined);
      atEnd.push(async () => {
        load.running = false;
        await working.finally(() => Promise.all(clients.map((client) => client.end())));
      });
      return {
        /** Clients have had answers since. */
        async goesOn() {
          const before = load.done;
          await Promise.race([working, waitFor('clients to go on', () => load.done > before + 20)]);
        },
        enter: (stage: number) => void (load.stage = stage),
      };
    }

    /** The longest wait of a client for a lock during `work`, in seconds. */
    async function longestWait(work: () => Promise<void>): Promise<number> {
      const locks = await watchLocks(database.url);
      try {
        await work();
      } finally {
        await locks.stop();
      }
      return locks.longest('client');
    }

    it('let nobody wait for a lock longer than a second, one after the other, under load', async () => {
      await migrate(1);
      await sql.query(fill);
      await sql.query('ANALYZE');
      const load = await startLoad(1);
      const waits = new Map<string, number>();
      for (let stage = 2; stage <= migrations.length; stage++) {
        await load.goesOn();
        const seconds = await longestWait(async () => {
          await migrate(stage);
          load.enter(stage);
          await load.goesOn();
        });
        waits.set(migrations[stage - 1]!.name, seconds);
      }
      for (const [migration, seconds] of waits) expect(seconds, migration).to.be.below(1);
      expect([...waits.keys()]).to.deep.equal(migrations.slice(1).map(({ name }) => name));
    });

    it('change nothing the second time', async () => {
      await migrate(migrations.length);
      const before = [await schemaOf(sql), (await sql.query(rows)).rows];
      await migrate(migrations.length);
      expect([await schemaOf(sql), (await sql.query(rows)).rows]).to.deep.equal(before);
    });

    it('end at the same tables whether applied together or one by one', async () => {
      await migrate(migrations.length);
      const together = await schemaOf(sql, { except: ['schema_migrations'] });
      const other = await createTestDatabase({ name: 'migrations' });
      const client = new Client({ connectionString: other.url });
      await client.connect();
      for (let stage = 1; stage <= migrations.length; stage++)
        await runMigrations({ url: other.url, migrations: migrations.slice(0, stage), log: silent });
      const oneByOne = await schemaOf(client, { except: ['schema_migrations'] });
      await client.end();
      await other.drop();
      expect(oneByOne).to.deep.equal(together);
    });

    it('are made once when instances start at once, under load', async () => {
      await migrate(1);
      await sql.query(fill);
      const load = await startLoad(1);
      const lines: string[] = [];
      const log = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
      await load.goesOn();
      await Promise.all([1, 2, 3].map(() => migrate(migrations.length, log)));
      await load.goesOn();
      const made = lines.map((line) => JSON.parse(line) as { msg: string; migration: string });
      expect(made.filter(({ msg }) => msg === 'migrated').map(({ migration }) => migration)).to.deep.equal(
        migrations.slice(1).map((migration) => migration.name),
      );
      const { rows: remembered } = await sql.query<{ name: string }>(
        'SELECT name FROM schema_migrations ORDER BY name',
      );
      expect(remembered.map((row) => row.name)).to.deep.equal(migrations.map((migration) => migration.name));
    });

    it('would be found out if one held a lock for longer', async () => {
      await migrate(migrations.length);
      await sql.query(fill);
      const load = await startLoad(migrations.length);
      await load.goesOn();
      const table = name === 'api-service' ? 'reviews' : 'review_state';
      const slow: Migration = {
        name: '9999-slow',
        up: ({ context }) => context.query(`LOCK TABLE ${table}; SELECT pg_sleep(1.5)`),
      };
      const seconds = await longestWait(() =>
        runMigrations({ url: database.url, migrations: [...migrations, slow], log: silent }),
      );
      expect(seconds).to.be.above(1);
    });
  });
}
