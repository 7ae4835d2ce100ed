import { expect } from 'chai';
import type { Sequelize } from 'sequelize';
import { createLogger, Registry } from '../../src/index.ts';
import { createSequelize, observePools } from '../../src/postgres/index.ts';
import { createTestDatabase, waitFor, type TestDatabase } from '../../src/testing/index.ts';

describe('observePools', () => {
  let database: TestDatabase;
  let sequelize: Sequelize;
  before(async () => {
    database = await createTestDatabase();
    const log = createLogger({ name: 'test', level: 'silent' });
    sequelize = createSequelize(database.url, { log, applicationName: 'test', poolSize: 2 });
  });
  after(async () => {
    await sequelize.close();
    await database.drop();
  });

  it('tells of each pool how many connections are used, idle and wanted', async () => {
    const metrics = new Registry();
    observePools(metrics, { requests: sequelize });
    const names = ['used_connections', 'idle_connections', 'max_connections', 'waiting_requests'];
    const told = async () => {
      const text = await metrics.metrics();
      return names.map((name) =>
        Number(new RegExp(`^ct_db_pool_${name}\\{pool="requests"\\} (.*)$`, 'm').exec(text)?.[1]),
      );
    };
    expect(await told()).to.deep.equal([0, 0, 2, 0]);
    const holders = [await sequelize.transaction(), await sequelize.transaction()];
    const waiting = sequelize.query('SELECT 1');
    await waitFor('one that waits', async () => expect(await told()).to.deep.equal([2, 0, 2, 1]));
    await holders[0]!.commit();
    await waiting;
    await waitFor('one that is idle', async () => expect(await told()).to.deep.equal([1, 1, 2, 0]));
    await holders[1]!.commit();
  });
});
