import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { runMigrateCommand, startEmbeddedPostgres, type EmbeddedPostgres } from 'ct-common-lib/postgres';
import { Client } from 'pg';
import { describeWithPrograms } from '../support/programs.ts';
import { schema as apiSchema } from '../../api-service/src/db/schema.ts';
import { toImportError } from '../../api-service/src/import/connection.ts';
import { schema as ratingSchema } from '../../rating-service/src/db/schema.ts';

const script = fileURLToPath(new URL('../../docker/postgres/10-databases.sql', import.meta.url));
const users = [
  { user: 'ct_api_owner', database: 'ct_api', variable: 'CT_API_OWNER_PASSWORD', password: 'one' },
  { user: 'ct_rating_owner', database: 'ct_rating', variable: 'CT_RATING_OWNER_PASSWORD', password: 'two' },
  {
    user: 'ct_api',
    database: 'ct_api',
    variable: 'CT_API_DB_PASSWORD',
    password: `it's "quoted" \\ $HOME :colon %41`,
  },
  {
    user: 'ct_rating',
    database: 'ct_rating',
    variable: 'CT_RATING_DB_PASSWORD',
    password: `'; DROP ROLE ct_api; --`,
  },
];

describeWithPrograms('docker/postgres/10-databases.sql', { psql: 'postgresql-client' }, () => {
  let server: EmbeddedPostgres;
  let dataDir: string;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'ct-compose-'));
    server = await startEmbeddedPostgres({ dataDir, databases: [], durable: false });
  });

  after(async () => {
    await server?.stop();
    if (dataDir) await rm(dataDir, { recursive: true });
  });

  /** Runs the script as the postgres image does. */
  const run = (env: Record<string, string>) =>
    promisify(execFile)(
      'psql',
      ['-v', 'ON_ERROR_STOP=1', '--no-psqlrc', '--dbname', server.url('postgres'), '-f', script],
      {
        env: { PATH: process.env.PATH, ...env },
      },
    );

  const passwords = Object.fromEntries(users.map(({ variable, password }) => [variable, password]));

  async function query(user: string, password: string, database: string, sql: string) {
    const client = new Client({ host: '127.0.0.1', port: server.port, user, password, database });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'no error',
      (error: { code?: string }) => error.code,
    );

  it('fails when a password is missing, and can be run again', async () => {
    expect(await codeOf(run({ CT_API_DB_PASSWORD: 'given' }))).to.equal(3);
    await run(passwords);
  });

  const setUps = [
    { user: 'ct_api', owner: users[0]!, password: users[2]!.password, schema: apiSchema },
    { user: 'ct_rating', owner: users[1]!, password: users[3]!.password, schema: ratingSchema },
  ];
  for (const { user, owner, password, schema } of setUps) {
    const urlOf = (name: string, secret: string) => {
      const url = new URL(server.url(user));
      [url.username, url.password] = [name, encodeURIComponent(secret)];
      return url.href;
    };
    const migrate = () =>
      runMigrateCommand(schema, {
        [schema.ownerVariable]: urlOf(owner.user, owner.password),
        [schema.serviceVariable]: urlOf(user, password),
        LOG_LEVEL: 'silent',
      });

    it(`lets ${owner.user} migrate, and ${user} use the tables and make none, with any character in the password`, async () => {
      expect(await migrate()).to.equal(0);
      expect(
        await query(user, password, user, 'SELECT count(*)::int > 0 AS any FROM schema_migrations'),
      ).to.deep.equal([{ any: true }]);
      expect(await codeOf(query(user, password, user, 'CREATE TABLE more (id int)'))).to.equal('42501');
      expect(await codeOf(query(user, password, user, 'DROP TABLE schema_migrations'))).to.equal('42501');
      const refused = await query(user, password, user, 'CREATE TEMP TABLE rows (id int)').catch(
        (e: unknown) => e,
      );
      expect(toImportError(refused, urlOf(user, password)).message).to.include(
        'the user who owns the tables',
      );
      expect(await codeOf(query(user, 'another', user, 'SELECT 1'))).to.equal('28P01');
    });

    it(`takes over the tables that were ${user}'s own, who goes on using them`, async () => {
      const postgres = new URL(server.url(user));
      const asServer = (sql: string) => query('postgres', decodeURIComponent(postgres.password), user, sql);
      await asServer(`REASSIGN OWNED BY ${owner.user} TO ${user}`);
      await run(passwords);
      const [table] = Object.keys(schema.rights);
      expect(await codeOf(query(user, password, user, `SELECT FROM ${table}`))).to.equal('no error');
      expect(await codeOf(query(user, password, user, `ALTER TABLE ${table} ADD more int`))).to.equal(
        '42501',
      );
      expect(await migrate()).to.equal(0);
      expect(await codeOf(query(user, password, user, `DELETE FROM schema_migrations`))).to.equal('42501');
    });
  }

  for (const { user, database, password } of users) {
    it(`lets ${user} connect to no database but ${database}`, async () => {
      const others = ['ct_api', 'ct_rating', 'postgres', 'template1'].filter((name) => name !== database);
      for (const name of others)
        expect(await codeOf(query(user, password, name, 'SELECT 1')), name).to.equal('42501');
    });

    it(`gives ${user} no right over the server`, async () => {
      for (const sql of [
        'CREATE DATABASE another',
        'CREATE ROLE another',
        'ALTER SYSTEM SET work_mem = 1',
        'CHECKPOINT',
      ]) {
        expect(await codeOf(query(user, password, database, sql)), sql).to.equal('42501');
      }
      const roles =
        'SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user';
      const [role = {}] = await query(user, password, database, roles);
      expect(Object.values(role)).to.deep.equal([false, false, false, false, false]);
    });
  }

  it('makes a user for the replica where there is a password for it, who gets into no database', async () => {
    const superuser = decodeURIComponent(new URL(server.url('postgres')).password);
    const roleSql = `SELECT rolreplication, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = 'ct_replication'`;
    const role = () => query('postgres', superuser, 'postgres', roleSql);
    expect(await role()).to.deep.equal([]);
    await run({ ...passwords, CT_REPLICATION_PASSWORD: '' });
    expect(await role()).to.deep.equal([]);
    for (const password of [`it's`, 'another']) {
      await run({ ...passwords, CT_REPLICATION_PASSWORD: password });
      expect(Object.values((await role())[0]!)).to.deep.equal([true, false, false, false, false]);
      for (const database of ['ct_api', 'ct_rating', 'postgres'])
        expect(await codeOf(query('ct_replication', password, database, 'SELECT 1'))).to.equal('42501');
    }
  });

  it('run again, sets new passwords and keeps the data', async () => {
    await run({ ...passwords, CT_API_DB_PASSWORD: 'new-one', CT_RATING_OWNER_PASSWORD: 'new-two' });
    const count = 'SELECT count(*)::int > 0 AS any FROM schema_migrations';
    expect(await query('ct_api', 'new-one', 'ct_api', count)).to.deep.equal([{ any: true }]);
    expect(await query('ct_rating_owner', 'new-two', 'ct_rating', count)).to.deep.equal([{ any: true }]);
    expect(await codeOf(query('ct_api', users[2]!.password, 'ct_api', 'SELECT 1'))).to.equal('28P01');
    expect(await codeOf(query('ct_api', 'new-one', 'ct_rating', 'SELECT 1'))).to.equal('42501');
  });
});
