import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { startEmbeddedPostgres, type EmbeddedPostgres } from 'ct-common-lib/postgres';
import { Client } from 'pg';

const script = fileURLToPath(new URL('../../docker/postgres/10-databases.sql', import.meta.url));
const owners = [
  { user: 'ct_api', variable: 'CT_API_DB_PASSWORD', password: `it's "quoted" \\ $HOME :colon %41` },
  { user: 'ct_rating', variable: 'CT_RATING_DB_PASSWORD', password: `'; DROP ROLE ct_api; --` },
];

describe('docker/postgres/10-databases.sql', () => {
  let server: EmbeddedPostgres;
  let dataDir: string;

  before(async function () {
    if (spawnSync('psql', ['--version']).status !== 0) {
      if (process.env.REQUIRE_SERVICES === '1')
        throw new Error('psql is missing: apt-get install postgresql-client');
      this.test?.parent?.eachTest(
        (test) => (test.title += ' (needs psql: apt-get install postgresql-client)'),
      );
      this.skip();
    }
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

  const passwords = Object.fromEntries(owners.map(({ variable, password }) => [variable, password]));

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

  for (const { user, password } of owners) {
    it(`lets ${user} create tables in its own database, with any character in the password`, async () => {
      await query(user, password, user, 'CREATE TABLE reviews (id int)');
      expect(await query(user, password, user, 'SELECT count(*)::int AS rows FROM reviews')).to.deep.equal([
        { rows: 0 },
      ]);
      expect(await codeOf(query(user, 'another', user, 'SELECT 1'))).to.equal('28P01');
    });

    it(`lets ${user} connect to no other database`, async () => {
      const others = ['ct_api', 'ct_rating', 'postgres', 'template1'].filter((name) => name !== user);
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
        expect(await codeOf(query(user, password, user, sql)), sql).to.equal('42501');
      }
      const roles =
        'SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user';
      const [role = {}] = await query(user, password, user, roles);
      expect(Object.values(role)).to.deep.equal([false, false, false, false, false]);
    });
  }

  it('run again, sets new passwords and keeps the data', async () => {
    await run({ CT_API_DB_PASSWORD: 'new-one', CT_RATING_DB_PASSWORD: 'new-two' });
    expect(
      await query('ct_api', 'new-one', 'ct_api', 'SELECT count(*)::int AS rows FROM reviews'),
    ).to.deep.equal([{ rows: 0 }]);
    expect(await codeOf(query('ct_rating', owners[1]?.password ?? '', 'ct_rating', 'SELECT 1'))).to.equal(
      '28P01',
    );
    expect(await codeOf(query('ct_api', 'new-one', 'ct_rating', 'SELECT 1'))).to.equal('42501');
  });
});
