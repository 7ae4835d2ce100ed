import { expect } from 'chai';
import type { Delivery } from '../../src/outbox/index.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { deliverAll, numbered, useOutbox, type MessageRow } from './outbox.ts';

describe('createRelay', () => {
  const { sequelize, select, append, waiting, create } = useOutbox();

  /** Delivers everything and remembers what. */
  function recorder() {
    const delivered: string[] = [];
    const deliver = async (rows: MessageRow[]) => {
      delivered.push(...rows.map(({ message }) => message));
      return deliverAll(rows);
    };
    return { delivered, deliver };
  }

  it('delivers rows with all of their columns, in order, and deletes them', async () => {
    await append(['a', 'b', 'c']);
    const seen: MessageRow[] = [];
    const relay = create({
      deliver: async (rows) => {
        seen.push(...rows);
        return deliverAll(rows);
      },
    });
    relay.start();
    await relay.drained();
    expect(seen.map(({ message }) => message)).to.deep.equal(['a', 'b', 'c']);
    expect(seen[0]).to.deep.include({ id: '1', attempts: 0 });
    expect(seen[0]!.created_at).to.be.instanceOf(Date);
    expect(await waiting()).to.deep.equal([]);
  });

  it('finds rows without being woken', async () => {
    const { delivered, deliver } = recorder();
    create({ deliver, pollIntervalMs: 10 }).start();
    await append(['a']);
    await waitFor('the row', () => delivered.length === 1);
  });

  it('looks at once when it is woken', async () => {
    const { delivered, deliver } = recorder();
    const relay = create({ deliver });
    await append(['a']);
    relay.start();
    await waitFor('the first', () => delivered.length === 1);
    for (const message of ['b', 'c', 'd']) {
      await append([message]);
      relay.wake();
      await waitFor(message, () => delivered.at(-1) === message);
    }
  });

  it('does not lose a wake-up that comes while it is looking', async () => {
    const { delivered, deliver } = recorder();
    await append(['a']);
    const relay = create({
      deliver: async (rows) => {
        if (delivered.length === 0) {
          await append(['b']);
          relay.wake();
        }
        return deliver(rows);
      },
    });
    relay.start();
    await waitFor('both', () => delivered.length === 2);
  });

  it('takes a batch at the most, and goes straight on after a full one', async () => {
    await append(numbered(25));
    const sizes: number[] = [];
    const relay = create({
      batchSize: 10,
      deliver: async (rows) => {
        sizes.push(rows.length);
        return deliverAll(rows);
      },
    });
    relay.start();
    await waitFor('all rows', () => sizes.length === 3);
    // Two are worked on at once behind the first: either may be told first.
    expect(sizes).to.have.members([10, 10, 5]);
  });

  it('works on two batches at once behind a full one, and on neither again because the other failed', async () => {
    await append(numbered(30));
    const delivered: string[] = [];
    let batches = 0;
    const deliver = async (rows: MessageRow[]) => {
      const batch = ++batches;
      if (batch > 1) await waitFor('the other batch', () => batches >= 3);
      if (batch === 2) throw new Error('not now');
      delivered.push(...rows.map(({ message }) => message));
      return deliverAll(rows);
    };
    create({ batchSize: 10, deliver, pollIntervalMs: 10 }).start();
    await waitFor('an empty table', async () => (await waiting()).length === 0);
    expect(delivered).to.have.length(30);
    expect(new Set(delivered).size).to.equal(30);
  });

  it('goes straight on after a full batch that was tried before and goes now', async () => {
    await append(numbered(25));
    await select('UPDATE outbox SET attempts = 3');
    const { delivered, deliver } = recorder();
    create({ batchSize: 10, deliver }).start();
    await waitFor('all rows', () => delivered.length === 25);
  });

  it('delivers each row once through two relays, when nothing fails', async () => {
    const messages = numbered(200);
    await append(messages);
    const delivered: Record<string, string[]> = { one: [], two: [] };
    for (const name of ['one', 'two']) {
      const deliver = async (rows: MessageRow[]) => {
        // Neither goes on before the other has rows too: both work at the same time.
        delivered[name]!.push(...rows.map(({ message }) => message));
        await waitFor('the other relay', () => Object.values(delivered).every(({ length }) => length > 0));
        return deliverAll(rows);
      };
      create({ deliver, batchSize: 10 }).start();
    }
    await waitFor('an empty table', async () => (await waiting()).length === 0);
    expect([...delivered.one!, ...delivered.two!])
      .to.have.length(200)
      .and.members(messages);
    expect(delivered.one!.length).to.be.within(10, 190);
  });

  it('delivers again what was not committed when its connection died, and loses nothing', async () => {
    await append(['a', 'b']);
    const batches: string[][] = [];
    const relay = create({
      pollIntervalMs: 10,
      deliver: async (rows) => {
        batches.push(rows.map(({ message }) => message));
        if (batches.length === 1) await killOpenTransactions();
        return deliverAll(rows);
      },
    });
    relay.start();
    await waitFor('the rows to be gone', async () => (await waiting()).length === 0);
    expect(batches).to.deep.equal([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('keeps everything when nothing can be delivered, tries again, and recovers', async () => {
    await append(['a', 'b']);
    let away = true;
    let attempts = 0;
    const { delivered, deliver } = recorder();
    const relay = create({
      pollIntervalMs: 5,
      deliver: async (rows) => {
        attempts++;
        if (away) throw new Error('the broker is away');
        return deliver(rows);
      },
    });
    relay.start();
    await waitFor('several attempts', () => attempts >= 3);
    expect(await select('SELECT message, attempts FROM outbox ORDER BY id')).to.deep.equal([
      { message: 'a', attempts: 0 },
      { message: 'b', attempts: 0 },
    ]);
    away = false;
    await waitFor('recovery', () => delivered.length === 2);
  });

  it('keeps to its pause after a failure, however often it is woken', async () => {
    await append(['a']);
    let attempts = 0;
    const relay = create({
      deliver: async () => {
        attempts++;
        throw new Error('the broker is away');
      },
    });
    relay.start();
    await waitFor('the first attempt', () => attempts === 1);
    for (let i = 0; i < 3; i++) {
      relay.wake();
      await sequelize().query('SELECT 1');
    }
    expect(attempts).to.equal(1);
  });

  it('delivers a row that is committed late, though its id is lower than one that is gone', async () => {
    const { delivered, deliver } = recorder();
    const relay = create({ deliver });
    relay.start();
    await sequelize().transaction(async (transaction) => {
      await append(['early id'], transaction);
      await append(['late id']);
      relay.wake();
      await waitFor('the later id', () => delivered.length === 1);
      expect(delivered).to.deep.equal(['late id']);
    });
    relay.wake();
    await waitFor('the earlier id', () => delivered.length === 2);
    expect(delivered).to.deep.equal(['late id', 'early id']);
  });

  it('lets the running batch finish at a stop, and takes no other', async () => {
    await append(numbered(4));
    let finish: (() => void) | undefined;
    const relay = create({
      batchSize: 2,
      deliver: async (rows) => {
        await new Promise<void>((resolve) => (finish = resolve));
        return deliverAll(rows);
      },
    });
    relay.start();
    await waitFor('the first batch', () => finish);
    let stopped = false;
    const stopping = relay.stop().then(() => (stopped = true));
    await sequelize().query('SELECT 1');
    expect(stopped).to.equal(false);
    finish!();
    await stopping;
    expect(await waiting()).to.deep.equal(['m3', 'm4']);
  });

  it('stops at once while it pauses, twice, and before it was started', async () => {
    const { delivered, deliver } = recorder();
    const relay = create({ deliver });
    await append(['a']);
    relay.start();
    await waitFor('the row', () => delivered.length === 1);
    await relay.stop();
    await relay.stop();
    await create().stop();
  });

  it('works once, though it is started twice', async () => {
    await append(numbered(5));
    const { delivered, deliver } = recorder();
    const relay = create({ deliver, batchSize: 1 });
    relay.start();
    relay.start();
    await relay.drained();
    expect(delivered).to.have.length(5).and.members(numbered(5));
  });

  async function killOpenTransactions() {
    await sequelize().query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction'`,
    );
  }
});

describe("a relay's rows that do not arrive", () => {
  const { select, append, waiting, create } = useOutbox();
  const postponed: Delivery = { status: 'postponed', reason: 'no queue is bound' };

  it('are tried again later, with their attempts counted', async () => {
    await append(['a']);
    const attempts: number[] = [];
    const relay = create({
      pollIntervalMs: 10,
      deliver: async (rows) => {
        attempts.push(rows[0]!.attempts);
        return attempts.length < 3 ? [postponed] : [{ status: 'delivered' }];
      },
    });
    relay.start();
    await relay.drained();
    expect(attempts).to.deep.equal([0, 1, 2]);
  });

  it('wait longer each time, up to 5 s', async () => {
    await append(['a', 'b', 'c']);
    await select(`UPDATE outbox SET attempts = CASE message WHEN 'a' THEN 0 WHEN 'b' THEN 3 ELSE 2000 END`);
    create({ deliver: async (rows) => rows.map(() => postponed) }).start();
    const rows = await waitFor('the rows to be postponed', async () => {
      const found = await select<{ attempts: number; pause: number }>(
        // Both times are the same for all rows but for the pauses, so the differences are those of the pauses.
        `SELECT attempts, extract(epoch FROM available_at - created_at)::float8 AS pause FROM outbox ORDER BY id`,
      );
      return found.every(({ pause }) => pause > 0) ? found : null;
    });
    expect(rows.map(({ attempts }) => attempts)).to.deep.equal([1, 4, 2001]);
    const [first, second, third] = rows.map(({ pause }) => pause) as [number, number, number];
    expect(second - first).to.be.closeTo(0.7, 0.001);
    expect(third - first).to.be.closeTo(4.9, 0.001);
  });

  it('do not stand in the way of others, not even a full batch of them', async () => {
    await append([...numbered(10).map((name) => `bad ${name}`), 'good']);
    const delivered: string[] = [];
    const relay = create({
      batchSize: 5,
      // On a slow machine the first five are due again before the good one is reached: then it pauses.
      pollIntervalMs: 10,
      deliver: async (rows) =>
        rows.map(({ message }) => {
          if (message.startsWith('bad')) return postponed;
          delivered.push(message);
          return { status: 'delivered' };
        }),
    });
    relay.start();
    await waitFor('the good row', () => delivered.length > 0);
    await waitFor('the commit', async () => (await waiting()).length === 10);
    expect(delivered).to.deep.equal(['good']);
  });

  it('are not tried in a circle, however many there are', async () => {
    await append(numbered(30));
    await select(`UPDATE outbox SET attempts = 1`);
    let calls = 0;
    const relay = create({
      batchSize: 10,
      pollIntervalMs: 60_000,
      deliver: async (rows) => {
        calls++;
        return rows.map(() => postponed);
      },
    });
    relay.start();
    const tried = () => select(`SELECT 1 FROM outbox WHERE attempts = 2`);
    await waitFor('the first batch', async () => (await tried()).length === 10);
    // Long enough for several batches, were there no pause between them, or one that a wake-up ends.
    for (let look = 0; look < 50; look++) {
      relay.wake();
      expect(await tried()).to.have.length(10);
    }
    expect(calls).to.equal(1);
  });

  it('are parked with their reason if they never will, while the others go on', async () => {
    await append(['good', 'bad', 'later']);
    const outcomes: Record<string, Delivery> = {
      good: { status: 'delivered' },
      bad: { status: 'parked', reason: 'cannot be serialised' },
      later: postponed,
    };
    create({ deliver: async (rows) => rows.map(({ message }) => outcomes[message]!) }).start();
    const parked = await waitFor('the parked row', async () => {
      const rows = await select<{ id: string; row: MessageRow; reason: string; parked_at: Date }>(
        'SELECT * FROM outbox_parked',
      );
      return rows.length > 0 ? rows : null;
    });
    expect(parked).to.have.length(1);
    expect(parked[0]).to.deep.include({ id: '2', reason: 'cannot be serialised' });
    expect(parked[0]!.row).to.include({ id: '2', message: 'bad', attempts: 0 });
    expect(parked[0]!.parked_at).to.be.instanceOf(Date);
    expect(await waiting()).to.deep.equal(['later']);
  });

  it('stay when the deliverer says nothing of them', async () => {
    await append(['a', 'b']);
    const seen: string[][] = [];
    create({
      deliver: async (rows) => {
        seen.push(rows.map(({ message }) => message));
        return [{ status: 'delivered' }];
      },
    }).start();
    await waitFor('the first to be gone', async () => (await waiting()).length === 1);
    expect(await waiting()).to.deep.equal(['b']);
  });

  it('stay, and let the others have their outcomes, also if they were tried before', async () => {
    await append(['a', 'b']);
    await select('UPDATE outbox SET attempts = 1');
    create({ deliver: async () => [postponed] }).start();
    const attempts = () => select<{ attempts: number }>('SELECT attempts FROM outbox ORDER BY id');
    await waitFor('the first to be postponed', async () => (await attempts())[0]?.attempts === 2);
    expect(await attempts()).to.deep.equal([{ attempts: 2 }, { attempts: 1 }]);
  });
});
