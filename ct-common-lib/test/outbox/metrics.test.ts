import { expect } from 'chai';
import { createMetrics } from '../../src/index.ts';
import { outboxTableSql, type Delivery } from '../../src/outbox/index.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { useOutbox } from './outbox.ts';

describe("a relay's metrics", () => {
  const { sequelize, select, append, create } = useOutbox();

  it('count rows by what became of them', async () => {
    const metrics = createMetrics('test');
    await append(['delivered', 'delivered', 'parked', 'postponed']);
    let calls = 0;
    create({
      metrics,
      pollIntervalMs: 5,
      deliver: async (rows) => {
        if (calls++ === 0) throw new Error('the broker is away');
        return rows.map(({ message }) => ({ status: message, reason: 'because' }) as Delivery);
      },
    }).start();
    await waitFor('the counts', async () => {
      const text = await metrics.metrics();
      for (const [outcome, count] of Object.entries({ delivered: 2, parked: 1, failed: 1 }))
        expect(text).to.include(`outcome="${outcome}",service="test"} ${count}`);
      expect(text).to.match(/outcome="postponed",service="test"\} [1-9]/);
      return true;
    });
  });

  it('tell how many rows wait, for how long the oldest has, and how many were put aside', async () => {
    const metrics = createMetrics('test');
    create({ metrics });
    const values = async () => {
      const text = await metrics.metrics();
      return ['ct_outbox_depth_rows', 'ct_outbox_oldest_age_seconds', 'ct_outbox_parked_rows'].map((name) =>
        Number(new RegExp(`^${name}\\{service="test"\\} (.*)$`, 'm').exec(text)?.[1]),
      );
    };
    expect(await values()).to.deep.equal([0, 0, 0]);
    await append(['a', 'b']);
    await select(`UPDATE outbox SET created_at = now() - interval '1 hour' WHERE message = 'a'`);
    await select(`INSERT INTO outbox_parked (id, row, reason) VALUES (1, '{}', 'because')`);
    const [depth, age, parked] = await values();
    expect(depth).to.equal(2);
    expect(age).to.be.within(3600, 3700);
    expect(parked).to.equal(1);
  });

  it('are there for two relays of one service, and without a table to look at', async () => {
    const metrics = createMetrics('test');
    create({ metrics });
    create({ metrics, table: 'not_there' });
    const text = await metrics.metrics();
    expect(text).to.include('ct_outbox_depth_rows{service="test"} 0');
    expect(text).to.include('ct_not_there_depth_rows{service="test"} Nan');
  });

  it('stand beside a table whose columns the service chooses', async () => {
    await sequelize().query(outboxTableSql('invalidations', 'tag text NOT NULL, weight integer NOT NULL'));
    const columns = await select<{ table: string; columns: string }>(
      `SELECT table_name AS table, string_agg(column_name, ' ' ORDER BY ordinal_position) AS columns
         FROM information_schema.columns WHERE table_name LIKE 'invalidations%' GROUP BY 1 ORDER BY 1`,
    );
    expect(columns).to.deep.equal([
      { table: 'invalidations', columns: 'id tag weight created_at attempts available_at' },
      { table: 'invalidations_parked', columns: 'id row reason parked_at' },
    ]);
  });
});
