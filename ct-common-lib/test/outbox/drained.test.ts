import { expect } from 'chai';
import { waitFor } from '../../src/testing/wait-for.ts';
import { deliverAll, numbered, useOutbox } from './outbox.ts';

describe("a relay's drained()", () => {
  const { sequelize, append, waiting, create } = useOutbox();

  it('resolves at once when the table is empty, started or not', async () => {
    await create().drained({ timeoutMs: 0 });
  });

  it('resolves when every row is gone, without waiting for the next poll', async () => {
    await append(numbered(25));
    const relay = create({ batchSize: 10 });
    relay.start();
    await relay.drained();
    expect(await waiting()).to.deep.equal([]);
  });

  it('resolves once a failure has passed', async () => {
    let failures = 0;
    const relay = create({
      pollIntervalMs: 10,
      deliver: async (rows) => {
        if (failures++ < 1) throw new Error('the broker is away');
        return deliverAll(rows);
      },
    });
    await append(['a']);
    relay.start();
    await relay.drained();
    expect(failures).to.equal(2);
  });

  it('waits for rows that another relay has claimed', async () => {
    await append(['a']);
    let finish: (() => void) | undefined;
    create({
      deliver: async (rows) => {
        await new Promise<void>((resolve) => (finish = resolve));
        return deliverAll(rows);
      },
    }).start();
    await waitFor('the claim', () => finish);

    const relay = create();
    relay.start();
    const order: string[] = [];
    const drained = relay.drained().then(() => order.push('drained'));
    await relay.drained({ timeoutMs: 50 }).catch((error: Error) => order.push(error.message));
    finish!();
    await drained;
    expect(order).to.deep.equal(['outbox still holds rows after 50 ms', 'drained']);
  });

  it('does not wait for rows that come later', async () => {
    await append(['a']);
    const relay = create({
      deliver: async (rows) => {
        await append(['one more']);
        return deliverAll(rows);
      },
      batchSize: 1,
    });
    relay.start();
    await relay.drained();
    await relay.stop();
    expect(await waiting()).to.deep.equal(['one more']);
  });

  it('gives up when its time is up', async () => {
    await append(['a']);
    const failure = await create()
      .drained({ timeoutMs: 20 })
      .catch((error: unknown) => error);
    expect(failure).to.have.property('message', 'outbox still holds rows after 20 ms');
    await sequelize().query('TRUNCATE outbox');
  });
});
