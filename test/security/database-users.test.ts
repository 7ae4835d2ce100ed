import { EventEmitter, once } from 'node:events';
import { expect } from 'chai';
import { createLogger } from 'ct-common-lib';
import { migrateWhenReachable, runMigrateCommand, runMigrations, type Schema } from 'ct-common-lib/postgres';
import { createTestDatabase, type TestDatabase } from 'ct-common-lib/testing';
import { Client } from 'pg';
import { schema as apiSchema } from '../../api-service/src/db/schema.ts';
import { schema as ratingSchema } from '../../rating-service/src/db/schema.ts';
import { createRole, createServiceUser, dropRole, urlOf } from '../support/service-user.ts';

const log = createLogger({ name: 'test', level: 'silent' });

/** What a database says to one statement: an SQLSTATE, or `done`. */
async function stateOf(url: string, sql: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
    return 'done';
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client.end();
  }
}

async function rowsOf<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const tableNames = `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`;

for (const [name, schema] of Object.entries({ 'api-service': apiSchema, 'rating-service': ratingSchema })) {
  describe(`the database user of ${name}`, () => {
    let database: TestDatabase;
    let user: Awaited<ReturnType<typeof createServiceUser>>;
    before(async () => {
      database = await createTestDatabase({ name: 'users' });
      user = await createServiceUser(database.url, schema);
    });
    after(async () => {
      await database.drop();
      await user.drop();
    });

    it('has the rights to each table that are written down, and no others', async () => {
      const tables = (await rowsOf<{ name: string }>(database.url, tableNames)).map(({ name }) => name);
      expect(Object.keys(schema.rights)).to.have.members(tables);
      const given = await rowsOf<{ name: string; rights: string[] }>(
        database.url,
        `SELECT table_name AS name, array_agg(privilege_type::text) AS rights
           FROM information_schema.role_table_grants WHERE grantee = '${user.role}' GROUP BY 1`,
      );
      const actual = Object.fromEntries(given.map(({ name, rights }) => [name, [...rights].sort()]));
      const wanted = Object.entries(schema.rights).map(([name, rights]) => [name, rights.split(', ').sort()]);
      expect(actual).to.deep.equal(Object.fromEntries(wanted));
    });

    it('can change no table, trigger or function, empty none, and make none', async () => {
      const tables = Object.keys(schema.rights);
      const refused = [
        ...tables.flatMap((table) => [
          `ALTER TABLE ${table} ADD COLUMN more int`,
          `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
          `ALTER TABLE ${table} OWNER TO ${user.role}`,
          `DROP TABLE ${table} CASCADE`,
          `TRUNCATE ${table}`,
          `CREATE INDEX ON ${table} ((1))`,
          `CREATE TRIGGER more BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
        ]),
        'CREATE TABLE more (id int)',
        'CREATE SCHEMA more',
        `CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
        'SET session_replication_role = replica',
        `INSERT INTO schema_migrations (name) VALUES ('9999-more')`,
        'DELETE FROM schema_migrations',
      ];
      for (const sql of refused) expect(await stateOf(user.url, sql), sql).to.equal('42501');
    });

    it('does not migrate, but says what is missing and waits until the owner has', async () => {
      const next: Schema = {
        ...schema,
        migrations: [
          ...schema.migrations,
          { name: '9999-next', up: ({ context }) => context.query('SELECT 1') },
        ],
      };
      const stopping = new AbortController();
      const warnings: { reason: string }[] = [];
      const warned = new EventEmitter();
      const warning = once(warned, 'warned');
      const start = migrateWhenReachable({
        url: user.url,
        urlVariable: schema.serviceVariable,
        migrations: next.migrations,
        signal: stopping.signal,
        log: Object.assign(Object.create(log) as typeof log, {
          warn: (facts: { reason: string }, message: string) => {
            warnings.push(facts);
            if (message.includes('is not migrated')) warned.emit('warned');
          },
        }),
      });
      await warning;
      expect(warnings[0]?.reason).to.match(
        new RegExp(
          `^The database lacks 9999-next, and the user ${user.role} does not own its tables.*npm run migrate`,
        ),
      );
      await runMigrations({ url: database.url, migrations: next.migrations, log });
      expect(await start).to.equal(true);
    });
  });
}

describe('the database user of api-service', () => {
  it('cannot delete a review for good', async () => {
    const database = await createTestDatabase({ name: 'users' });
    const user = await createServiceUser(database.url, apiSchema);
    expect(await stateOf(user.url, 'DELETE FROM reviews')).to.equal('42501');
    expect(await stateOf(user.url, 'SELECT FROM reviews')).to.equal('done');
    await database.drop();
    await user.drop();
  });
});

describe('the migration of a service by the owner of its tables', () => {
  let database: TestDatabase;
  let owner: string;
  let service: string;
  beforeEach(async () => {
    database = await createTestDatabase({ name: 'users' });
    owner = await createRole('owner');
    service = await createRole('service');
    const name = new URL(database.url).pathname.slice(1);
    expect(await stateOf(database.url, `ALTER DATABASE ${name} OWNER TO ${owner}`)).to.equal('done');
  });
  afterEach(async () => {
    await database.drop();
    await dropRole(owner);
    await dropRole(service);
  });

  const environment = () => ({
    MIGRATION_DATABASE_URL: urlOf(database.url, owner),
    DATABASE_URL: urlOf(database.url, service),
    LOG_LEVEL: 'silent',
  });

  it('makes tables that the owner has, and the service may use', async () => {
    expect(await runMigrateCommand(apiSchema, environment())).to.equal(0);
    const owners = await rowsOf<{ tableowner: string }>(
      database.url,
      `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`,
    );
    expect(owners).to.deep.equal([{ tableowner: owner }]);
    const insert = `INSERT INTO products (sku, name) VALUES ('a', 'A')`;
    expect(await stateOf(urlOf(database.url, service), insert)).to.equal('done');
    // Again, for the next release, while this one serves.
    expect(await runMigrateCommand(apiSchema, environment())).to.equal(0);
    expect(await stateOf(urlOf(database.url, service), 'DELETE FROM products')).to.equal('done');
  });

  it('makes both the owner with one URL, as a service that migrates itself does', async () => {
    const { DATABASE_URL: _service, MIGRATION_DATABASE_URL, LOG_LEVEL } = environment();
    expect(await runMigrateCommand(apiSchema, { DATABASE_URL: MIGRATION_DATABASE_URL, LOG_LEVEL })).to.equal(
      0,
    );
    expect(await stateOf(urlOf(database.url, owner), 'TRUNCATE sessions')).to.equal('done');
  });

  it('gives the rights to a new table with it, so that no write of the release before fails in between', async () => {
    const url = urlOf(database.url, service);
    const step = (name: string, sql: string) => ({
      name,
      up: ({ context }: { context: { query(sql: string): Promise<unknown> } }) => context.query(sql),
    });
    let state = 'not asked';
    const migrations = [
      step('1', 'CREATE TABLE notes (id int)'),
      step(
        '2',
        `CREATE TABLE audit (id int);
         CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
           'BEGIN INSERT INTO audit VALUES (NEW.id); RETURN NEW; END';
         CREATE TRIGGER note BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION note()`,
      ),
      // After the second was committed, and before the command is through.
      { name: '3', up: async () => (state = await stateOf(url, 'INSERT INTO notes VALUES (1)')) },
    ];
    await runMigrations({
      url: urlOf(database.url, owner),
      migrations,
      grants: { role: service, tables: { notes: 'INSERT', audit: 'INSERT' } },
      log,
    });
    expect(state).to.equal('done');
  });
});
