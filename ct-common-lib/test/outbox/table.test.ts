import { expect } from 'chai';
import { useOutbox } from './outbox.ts';

describe('an outbox table', () => {
  const { sequelize, select, create } = useOutbox();

  const append = (rows: number) =>
    sequelize().query(`INSERT INTO outbox (message) SELECT 'm' || n FROM generate_series(1, ${rows}) AS n`);

  async function relayAll() {
    const relay = create();
    relay.start();
    await relay.drained();
    await relay.stop();
  }

  /** How many dead rows autovacuum waits for: a number and a share of the table (PostgreSQL 18 documentation, 24.1.6). */
  async function vacuumThreshold(): Promise<number> {
    await sequelize().query('ANALYZE outbox');
    const [row] = await select<{ threshold: number }>(`
      SELECT max(option_value::float8) FILTER (WHERE option_name = 'autovacuum_vacuum_threshold')
               + max(option_value::float8) FILTER (WHERE option_name = 'autovacuum_vacuum_scale_factor') * reltuples AS threshold
        FROM pg_class, pg_options_to_table(reloptions)
       WHERE oid = 'outbox'::regclass
       GROUP BY reltuples`);
    return row!.threshold;
  }

  async function bytes(): Promise<number> {
    const [row] = await select<{ bytes: number }>(`SELECT pg_total_relation_size('outbox')::int AS bytes`);
    return row!.bytes;
  }

  it('is due for a vacuum after the same 5,000 dead rows, empty or with a backlog', async () => {
    expect(await vacuumThreshold()).to.equal(5_000);
    await append(100_000);
    expect(await vacuumThreshold()).to.equal(5_000);
  });

  it('does not grow by rows that come and go, from one vacuum to the next', async () => {
    const sizes: number[] = [];
    for (let vacuums = 0; vacuums < 6; vacuums++) {
      await append(5_000);
      sizes.push(await bytes());
      await relayAll();
      await sequelize().query('VACUUM outbox');
    }
    // Pages of the index are used again from the second vacuum on that finds them empty.
    expect(Math.max(...sizes.slice(3))).to.be.at.most(Math.max(...sizes.slice(0, 3)));
  });
});
