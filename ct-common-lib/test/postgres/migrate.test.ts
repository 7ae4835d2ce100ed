import { expect } from 'chai';
import type { Sequelize } from 'sequelize';
import { createLogger } from '../../src/index.ts';
import { runMigrations, type Migration } from '../../src/postgres/migrate.ts';
import { createSequelize } from '../../src/postgres/sequelize.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/postgres.ts';

const silent = createLogger({ name: 'test', level: 'silent' });

const migration = (name: string, sql: string): Migration => ({
  name,
  up: ({ context }) => context.query(sql),
});
const people = migration('0001-people', 'CREATE TABLE people (name text); CREATE INDEX ON people (name)');
const pets = migration('0002-pets', 'CREATE TABLE pets (name text)');

describe('runMigrations', () => {
  let database: TestDatabase;
  let sequelize: Sequelize;

  beforeEach(async () => {
    database = await createTestDatabase({ name: 'migrate' });
    sequelize = createSequelize(database.url, { log: silent, applicationName: 'migrate test' });
  });
  afterEach(async () => {
    await sequelize.close();
    await database.drop();
  });

  const run = (migrations: Migration[], log = silent) =>
    runMigrations({ url: database.url, migrations, log });
  const select = async <T>(sql: string) => (await sequelize.query(sql))[0] as T[];
  const applied = async () =>
    (await select<{ name: string }>('SELECT name FROM schema_migrations ORDER BY name')).map(
      ({ name }) => name,
    );
  const tables = async () =>
    (
      await select<{ name: string }>(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
      )
    ).map(({ name }) => name);

  it('takes as long as it needs, whatever limit on statements the database has', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await select(`ALTER DATABASE ${name} SET statement_timeout = '1min'`);
    await run([
      migration('0001-limit', `CREATE TABLE limits AS SELECT current_setting('statement_timeout') AS limit`),
    ]);
    expect(await select('SELECT * FROM limits')).to.deep.equal([{ limit: '0' }]);
  });

  it('applies what is missing, in order, and remembers it by name', async () => {
    await run([people]);
    expect(await applied()).to.deep.equal(['0001-people']);
    await run([people, pets]);
    expect(await applied()).to.deep.equal(['0001-people', '0002-pets']);
    expect(await tables()).to.deep.equal(['people', 'pets', 'schema_migrations']);
  });

  it('does nothing the second time', async () => {
    await run([people, pets]);
    const before = await select('SELECT * FROM schema_migrations ORDER BY name');
    await run([people, pets]);
    expect(await select('SELECT * FROM schema_migrations ORDER BY name')).to.deep.equal(before);
  });

  it('applies each once when several start at once', async () => {
    await Promise.all([1, 2, 3].map(() => run([people, pets])));
    expect(await applied()).to.deep.equal(['0001-people', '0002-pets']);
  });

  it('applies each whole or not at all: one that fails leaves nothing behind, and those before it stand', async () => {
    const broken = migration('0003-broken', 'CREATE TABLE toys (name text); SELECT 1/0');
    const failure = await run([people, pets, broken]).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error).with.property('message').that.includes('0003-broken');
    expect(await tables()).to.deep.equal(['people', 'pets', 'schema_migrations']);
    expect(await applied()).to.deep.equal(['0001-people', '0002-pets']);
  });

  it('keeps what stands already when a later release fails', async () => {
    await run([people]);
    await run([people, migration('0002-broken', 'SELECT 1/0')]).catch(() => undefined);
    expect(await tables()).to.deep.equal(['people', 'schema_migrations']);
    expect(await applied()).to.deep.equal(['0001-people']);
  });

  it('logs each migration that it applied', async () => {
    const lines: string[] = [];
    const log = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
    await run([people, pets], log);
    expect(lines.map((line) => (JSON.parse(line) as { migration: string }).migration)).to.deep.equal([
      '0001-people',
      '0002-pets',
    ]);
  });

  it('leaves no connection open, whether it succeeds or fails', async () => {
    await run([people]);
    await run([people, migration('0002-broken', 'SELECT 1/0')]).catch(() => undefined);
    const open = await select(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'migrations'`,
    );
    expect(open).to.deep.equal([]);
  });
});
