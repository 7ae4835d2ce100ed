import { expect } from 'chai';
import { createMemoryBus } from 'ct-common-lib/bus';
import type { Event } from 'ct-common-lib/events';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import type { Client } from 'pg';
import { connect, silent, startApi } from '../../api-service/test/support/api.ts';
import { runEventsParked } from '../../scripts/parked/run.ts';

const productId = '01a1fc86-3458-7527-9678-c72b2d45f41f';

describe('npm run events:parked, the rows of the outbox', () => {
  let database: TestDatabase;
  let sql: Client;
  const handled: Event[] = [];

  /** A row that an edit by hand left behind, parked by the relay of a running API. */
  before(async () => {
    database = await createTestDatabase({ name: 'parked' });
    sql = await connect(database.url);
    await withApi(async () => {
      await sql.query(
        `INSERT INTO outbox (type, subject, data) VALUES ('review-created', $1, '{"rating":9}')`,
        [productId],
      );
      await waitFor('it to be parked', async () => (await parkedIds()).length === 1);
    });
  });
  after(async () => {
    await sql.end();
    await database.drop();
  });

  async function withApi(work: () => Promise<void>) {
    const bus = createMemoryBus({ log: silent });
    bus.subscribe('rating-service.reviews', async (events) => void handled.push(...events));
    const api = await startApi({ databaseUrl: database.url, bus });
    await bus.start();
    try {
      await work();
    } finally {
      await bus.stop();
      await api.stop();
    }
  }

  const parkedIds = async () =>
    (await sql.query<{ id: string }>('SELECT id FROM outbox_parked ORDER BY id')).rows.map(
      ({ id }) => `outbox:${id}`,
    );

  async function run(...argv: string[]) {
    const said = { stdout: '', stderr: '' };
    const exitCode = await runEventsParked(argv, {
      rabbitmqUrl: undefined,
      prefix: '',
      databaseUrl: database.url,
      stdout: { write: (text) => (said.stdout += text) },
      stderr: { write: (text) => (said.stderr += text) },
      ask: undefined,
    });
    return { exitCode, ...said };
  }

  it('lists and shows them, and says that the in-process bus keeps its own to itself', async () => {
    const [id] = await parkedIds();
    const { exitCode, stdout, stderr } = await run('list');
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(
      new RegExp(`^outbox +${id} +review-created +- +20\\S+ +0 +The message is no review-created`, 'm'),
    );
    expect(stderr).to.match(
      /^RABBITMQ_URL is not set\. What the bus inside `npm start` parks stays in the memory/,
    );
    const shown = await run('show', id!, '--queue', 'outbox');
    expect(shown.stderr).to.equal('');
    expect(shown.stdout).to.include(`"subject": "${productId}"`).and.to.include('"rating": 9');
  });

  it('puts a row that was mended back into the outbox, with its time, and its event is published', async () => {
    const [id] = await parkedIds();
    const { rows } = await sql.query<{ created: Date }>(
      `UPDATE outbox_parked
          SET row = jsonb_set(row, '{data}', jsonb_build_object('reviewId', $1::text, 'productId', $1::text, 'rating', 4, 'version', 1))
       RETURNING (row ->> 'created_at')::timestamptz AS created`,
      [productId],
    );
    const { exitCode, stdout } = await run('requeue', id!);
    expect(exitCode).to.equal(0);
    expect(stdout).to.equal(`requeued  outbox  ${id}  review-created  -\n1 message requeued.\n`);
    expect(await parkedIds()).to.deep.equal([]);
    await withApi(async () => void (await waitFor('its event', () => handled.length > 0)));
    expect(handled).to.have.length(1);
    expect(handled[0]).to.deep.include({ type: 'review-created', subject: productId });
    expect(Date.parse(handled[0]!.time)).to.equal(rows[0]!.created.getTime());
  });

  it('lists a row whose attempts are no number, and those beside it', async () => {
    await sql.query(`
      INSERT INTO outbox_parked (id, row, reason)
      SELECT 100 + n, jsonb_build_object('type', 'review-created', 'attempts', attempts), 'No event'
        FROM unnest('{3,"\\"many\\"",1e30,null}'::jsonb[]) WITH ORDINALITY AS given (attempts, n)`);
    const { exitCode, stdout } = await run('list', '--queue', 'outbox');
    expect(exitCode).to.equal(0);
    const rows = stdout.split('\n').filter((line) => line.startsWith('outbox'));
    expect(rows.map((row) => row.split(/ {2,}/)[5])).to.deep.equal(['3', '-', '-', '-']);
    expect((await run('discard', '--all', '--yes')).stdout).to.include('4 messages discarded.');
  });

  it('escapes what the database quotes of a row in an error', async () => {
    await sql.query(`INSERT INTO outbox_parked (id, row, reason) VALUES (1, $1, 'No event')`, [
      JSON.stringify({ type: 'review-created', subject: 'x\u001b]0;title\u0007', data: {} }),
    ]);
    const { exitCode, stdout, stderr } = await run('requeue', '--all');
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: '0 messages requeued.\n' });
    expect(stderr).to.include('It could not be finished: ').and.to.include('x\\x1b]0;title\\x07');
    expect(stderr.replaceAll('\n', '')).not.to.match(/\p{Cc}/u);
    const unknown = await run('discard', '\u001b[2J', '--yes');
    expect(unknown.stderr).to.include('Nothing is parked with the id \\x1b[2J.');
    await sql.query('DELETE FROM outbox_parked');
  });

  it('throws rows away, and shows only the oldest of many', async () => {
    await sql.query(`
      INSERT INTO outbox_parked (id, row, reason)
      SELECT n, jsonb_build_object('type', E'\\u001b[2J', 'n', n), 'No event' FROM generate_series(1000, 2200) AS n`);
    const { stdout } = await run('list');
    expect(stdout).to.include(
      'Parked: 1,201 messages from outbox, of which the oldest 1,000 are shown (--limit).',
    );
    expect(stdout).not.to.include('\u001b');
    expect((await run('discard', 'outbox:2000', '--yes')).stdout).to.include('1 message discarded.');
    expect((await run('discard', 'outbox:2000', '--yes')).exitCode).to.equal(1);
    expect((await run('discard', '--all', '--yes')).stdout).to.include('1,200 messages discarded.');
    expect(await parkedIds()).to.deep.equal([]);
  });
});
