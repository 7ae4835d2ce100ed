import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import type { Sequelize } from 'sequelize';
import { createLogger, TransientError } from '../../src/index.ts';
import { createSequelize, watchPool } from '../../src/postgres/index.ts';
import { createTestDatabase, waitFor, type TestDatabase } from '../../src/testing/index.ts';

const log = createLogger({ name: 'test', level: 'silent' });

describe('watchPool', () => {
  let database: TestDatabase;
  let sequelize: Sequelize;
  let pool: ReturnType<typeof watchPool>;
  before(async () => {
    database = await createTestDatabase();
    sequelize = createSequelize(database.url, { log, applicationName: 'test', poolSize: 1 });
    pool = watchPool(sequelize);
  });
  after(async () => {
    pool.stop();
    await sequelize.close();
    await database.drop();
  });

  it('tells when those who wait for a connection get none, and when they do again', async () => {
    const holder = await sequelize.transaction();
    expect(pool.isStalled()).to.equal(false);
    const waiting = sequelize.query('SELECT 1');
    await waitFor('the pool to be stuck', () => pool.isStalled());
    await holder.commit();
    await waiting;
    expect(pool.isStalled()).to.equal(false);
  });

  it('is not stuck while nobody waits', async () => {
    const holder = await sequelize.transaction();
    let ticks = 0;
    await waitFor('some time to pass', () => ++ticks === 10, { intervalMs: 100 });
    expect(pool.isStalled()).to.equal(false);
    await holder.commit();
  });

  it('lets a thousand wait, and fails the next at once', async () => {
    const holder = await sequelize.transaction();
    const waiting = Promise.allSettled(Array.from({ length: 1_000 }, () => sequelize.query('SELECT 1')));
    await setImmediate();
    const refused = await sequelize.query('SELECT 1').catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(TransientError).and.to.have.property('code', 'OVERLOADED');
    await holder.commit();
    const statuses = new Set((await waiting).map(({ status }) => status));
    expect([...statuses]).to.include('fulfilled');
  });
});
