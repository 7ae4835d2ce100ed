import { expect } from 'chai';
import { Client } from 'pg';
import { createLogger } from '../../src/index.ts';
import { migrateWhenReachable, runMigrations, type Migration } from '../../src/postgres/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/postgres.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { watchLocks } from './lock-watch.ts';

const wantsAll: Migration = {
  name: '0001-title',
  up: ({ context }) => context.query('ALTER TABLE reviews ADD COLUMN title text'),
};

describe('a migration that needs a table which a long transaction holds', () => {
  let database: TestDatabase;
  let holder: Client;
  let sql: Client;
  let lines: { msg: string; attempt?: number; reason?: string }[];
  const clients: Client[] = [];

  async function connect(name = 'test') {
    const client = new Client({ connectionString: database.url, application_name: name });
    await client.connect();
    clients.push(client);
    return client;
  }

  beforeEach(async () => {
    lines = [];
    database = await createTestDatabase({ name: 'migrate' });
    [sql, holder] = [await connect(), await connect()];
    await sql.query('CREATE TABLE reviews (id integer PRIMARY KEY, n integer NOT NULL DEFAULT 0)');
    await sql.query('INSERT INTO reviews SELECT generate_series(1, 10)');
    await holder.query('BEGIN');
    await holder.query('SELECT FROM reviews WHERE id = 1 FOR SHARE');
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    await database.drop();
  });

  const log = createLogger({
    name: 'test',
    destination: { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[number]) },
  });
  const retries = () => lines.filter(({ msg }) => msg.startsWith('a migration gave way'));
  const columns = async () =>
    (
      await sql.query<{ name: string }>(
        `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'reviews'::regclass AND attnum > 0`,
      )
    ).rows.map(({ name }) => name);

  /** Clients that read and write the table, one statement after the other, until `stop`. */
  async function startClients() {
    let [running, done] = [true, 0];
    const work = async (client: Client) => {
      while (running) {
        const id = 2 + (done++ % 9);
        await client.query('SELECT * FROM reviews WHERE id = $1', [id]);
        await client.query('UPDATE reviews SET n = n + 1 WHERE id = $1', [id]);
      }
    };
    const working = Promise.all([work(await connect('client')), work(await connect('client'))]);
    return {
      done: () => done,
      async stop() {
        running = false;
        await working;
      },
    };
  }

  it('gives way to everybody else, again and again, and is made once the table is free', async () => {
    const locks = await watchLocks(database.url);
    const load = await startClients();
    const migrated = runMigrations({ url: database.url, migrations: [wantsAll], log });
    await waitFor('it to be tried a few times', () => retries().length >= 3);
    const before = load.done();
    await waitFor('clients to go on meanwhile', () => load.done() > before + 10);
    expect(await columns()).not.to.include('title');
    await holder.query('COMMIT');
    await migrated;
    await load.stop();
    expect(await columns()).to.include('title');
    await locks.stop();
    expect(locks.longest('migrations'), 'it did have to wait').to.be.above(0.1);
    expect(locks.longest('client'), 'they did wait behind it').to.be.above(0.1);
    expect(locks.longest('client')).to.be.below(1);
    expect(retries().map(({ attempt }) => attempt)).to.deep.equal(retries().map((_, n) => n + 1));
    expect(retries()[0]!.reason).to.include('0001-title').and.to.include('lock timeout');
  });

  it('leaves the table to everybody else for most of the time, however many instances wait', async () => {
    const stop = new AbortController();
    const options = { url: database.url, migrations: [wantsAll], log, signal: stop.signal };
    const migrated = Promise.allSettled(Array.from({ length: 4 }, () => runMigrations(options)));
    let [looks, blocked] = [0, 0];
    const look = async () => {
      const { rows } = await sql.query(
        `SELECT FROM pg_locks WHERE NOT granted AND relation = 'reviews'::regclass`,
      );
      looks++;
      if (rows.length > 0) blocked++;
      return retries().length >= 4;
    };
    await waitFor('a few tries', look);
    stop.abort();
    await holder.query('COMMIT');
    await migrated;
    expect(blocked, 'looks that found the table blocked').to.be.above(0);
    expect(blocked / looks).to.be.below(0.5);
  });

  it('gives up in the end, and says how to find what is in the way', async () => {
    const options = { url: database.url, migrations: [wantsAll], log, patienceMs: 1 };
    const failure = await runMigrations(options).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'MIGRATION_LOCKED_OUT' });
    expect(failure)
      .to.have.property('message')
      .that.includes('0001-title')
      .and.includes('2 times')
      .and.includes('pg_stat_activity');
    const signal = new AbortController().signal;
    const started = migrateWhenReachable({ ...options, signal, urlVariable: 'DATABASE_URL' });
    expect(await started.catch((error: unknown) => error)).to.include({ code: 'MIGRATION_LOCKED_OUT' });
  });

  it('keeps nobody waiting who wants to stop', async () => {
    const stop = new AbortController();
    const options = { url: database.url, migrations: [wantsAll], log, urlVariable: 'DATABASE_URL' };
    const migrated = migrateWhenReachable({ ...options, signal: stop.signal });
    await waitFor('it to be tried', () => retries().length >= 1);
    stop.abort();
    expect(await migrated).to.equal(false);
    expect(await columns()).not.to.include('title');
  });

  it('is tried again when it was the victim of a deadlock', async () => {
    await sql.query(`CREATE TABLE products (id integer)`);
    await holder.query('ROLLBACK');
    await holder.query('BEGIN');
    await holder.query(`SET LOCAL deadlock_timeout = '1min'`);
    await holder.query('LOCK TABLE products');
    let first = true;
    const crossing: Migration = {
      name: '0001-crossing',
      up: async ({ context }) => {
        await context.query(`SET LOCAL deadlock_timeout = '10ms'; LOCK TABLE reviews`);
        if (first) {
          first = false;
          void holder.query('LOCK TABLE reviews').then(() => holder.query('COMMIT'));
          await waitFor('the other to wait', async () => {
            const { rows } = await sql.query(
              `SELECT FROM pg_locks WHERE NOT granted AND relation = 'reviews'::regclass`,
            );
            return rows.length > 0;
          });
        }
        await context.query('LOCK TABLE products; ALTER TABLE reviews ADD COLUMN title text');
      },
    };
    await runMigrations({ url: database.url, migrations: [crossing], log });
    expect(await columns()).to.include('title');
    expect(retries()).to.have.length(1);
    expect(retries()[0]!.reason).to.include('deadlock');
  });
});
