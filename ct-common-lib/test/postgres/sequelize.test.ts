import { expect } from 'chai';
import { QueryTypes, type Sequelize } from 'sequelize';
import { createLogger } from '../../src/index.ts';
import { createSequelize, isReachable } from '../../src/postgres/sequelize.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/postgres.ts';

describe('createSequelize', () => {
  let database: TestDatabase;
  let sequelize: Sequelize;
  const lines: string[] = [];

  before(async () => {
    database = await createTestDatabase({ name: 'sequelize' });
    const log = createLogger({
      name: 'test',
      level: 'trace',
      destination: { write: (line) => void lines.push(line) },
    });
    sequelize = createSequelize(database.url, { log, applicationName: 'the service', poolSize: 2 });
  });
  after(async () => {
    await sequelize.close();
    await database.drop();
  });

  it('has the server end what takes too long', async () => {
    const settings = await sequelize.query<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings
        WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'application_name') ORDER BY name`,
      { type: QueryTypes.SELECT },
    );
    expect(settings).to.deep.equal([
      { name: 'application_name', setting: 'the service' },
      { name: 'idle_in_transaction_session_timeout', setting: '60000' },
      { name: 'statement_timeout', setting: '10000' },
    ]);
  });

  it('opens no more connections than its pool holds', async () => {
    await Promise.all(Array.from({ length: 10 }, () => sequelize.query('SELECT pg_sleep(0.01)')));
    const [row] = await sequelize.query<{ connections: string }>(
      `SELECT count(*) AS connections FROM pg_stat_activity WHERE datname = current_database()`,
      { type: QueryTypes.SELECT },
    );
    expect(row!.connections).to.equal('2');
  });

  it('logs statements at level trace, and never what they were given', async () => {
    lines.splice(0);
    await sequelize.query('SELECT $1::text', { bind: ['what a customer wrote'] });
    expect(lines.join('')).to.include('SELECT $1::text').and.not.include('customer');
    expect(JSON.parse(lines[0]!)).to.include({ level: 'trace' });
  });

  it('repeats nothing by itself', async () => {
    await sequelize.query('CREATE SEQUENCE attempts');
    await sequelize.query(`SELECT 1 / (nextval('attempts') * 0)`).catch(() => undefined);
    const [row] = await sequelize.query<{ attempts: string }>(`SELECT nextval('attempts') AS attempts`, {
      type: QueryTypes.SELECT,
    });
    expect(row!.attempts).to.equal('2');
  });
});

describe('isReachable', () => {
  const log = createLogger({ name: 'test', level: 'silent' });

  it('tells whether the database answers', async () => {
    const database = await createTestDatabase({ name: 'reachable' });
    const there = createSequelize(database.url, { log, applicationName: 'test' });
    const away = createSequelize(`${database.url}_not`, { log, applicationName: 'test' });
    expect(await isReachable(there)).to.equal(true);
    expect(await isReachable(away)).to.equal(false);
    await Promise.all([there.close(), away.close()]);
    await database.drop();
  });
});
