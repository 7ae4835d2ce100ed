import { expect } from 'chai';
import type { Client } from 'pg';
import type { Sequelize } from 'sequelize';
import { createSequelize, runMigrations } from 'ct-common-lib/postgres';
import { createTestDatabase, waitFor } from 'ct-common-lib/testing';
import { migrations } from '../src/db/migrations/index.ts';
import { createReviewReplayRepository, type ReplayStep } from '../src/replay/review-replay.repository.ts';
import { createReviewReplay } from '../src/replay/review-replay.ts';
import { connect, silent } from './support/api.ts';

const productId = '0198c5a0-0000-7000-8000-000000000001';
const idOf = (n: number) => `0198c5a0-0000-7000-9000-${String(n).padStart(12, '0')}`;

describe('telling all reviews again', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let sequelize: Sequelize;
  let db: Client;
  let replays: ReturnType<typeof createReviewReplayRepository>;

  beforeEach(async () => {
    database = await createTestDatabase({ name: 'replay' });
    await runMigrations({ url: database.url, migrations, log: silent });
    sequelize = createSequelize(database.url, { log: silent, applicationName: 'test' });
    db = await connect(database.url);
    replays = createReviewReplayRepository(sequelize);
    await db.query(`INSERT INTO products (id, sku, name) VALUES ($1, 'pen', 'Pen')`, [productId]);
  });
  afterEach(async () => {
    await db.end();
    await sequelize.close();
    await database.drop();
  });

  const addReviews = (first: number, last: number) =>
    db.query(
      `INSERT INTO reviews (id, product_id, rating)
       SELECT ('0198c5a0-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, $1, 1 + n % 5 FROM generate_series($2::int, $3) AS n`,
      [productId, first, last],
    );

  /** What the outbox has been given since it was last emptied. */
  async function takeOutbox() {
    const { rows } = await db.query<{ type: string; subject: string; data: { reviewId: string } }>(
      'DELETE FROM outbox RETURNING type, subject, data',
    );
    return rows.sort((a, b) => a.data.reviewId.localeCompare(b.data.reviewId));
  }

  async function stepsUntil(last: ReplayStep) {
    const steps: ReplayStep[] = [];
    while (steps.at(-1) !== last) steps.push(await replays.step());
    return steps;
  }

  it('says of each what the last event of its triggers said, of tombstones too', async () => {
    await addReviews(1, 4);
    const created = await takeOutbox();
    await db.query(`UPDATE reviews SET rating = 3 WHERE id = $1`, [idOf(2)]);
    await db.query(`UPDATE reviews SET status = 'rejected' WHERE id = $1`, [idOf(3)]);
    await db.query(`UPDATE reviews SET deleted_at = now() WHERE id = $1`, [idOf(4)]);
    const changed = await takeOutbox();
    await replays.ask();
    expect(await stepsUntil('none')).to.deep.equal(['done', 'none']);
    expect(await takeOutbox()).to.deep.equal([created[0], ...changed]);
  });

  it('does nothing unless it is asked, and has nothing to do without reviews', async () => {
    expect(await replays.step()).to.equal('none');
    await replays.ask();
    expect(await stepsUntil('none')).to.deep.equal(['done', 'none']);
    expect(await takeOutbox()).to.deep.equal([]);
  });

  it('tells each once, in steps, with no new review in between left out or held up', async () => {
    await addReviews(1, 2_000);
    await takeOutbox();
    await replays.ask();
    expect(await replays.step()).to.equal('more');
    await addReviews(2_001, 2_001);
    expect(await stepsUntil('done')).to.deep.equal(['more', 'done']);
    const ids = (await takeOutbox()).map(({ data }) => data.reviewId);
    // The new one by its own trigger, too.
    expect(ids).to.have.length(2_002);
    expect(new Set(ids).size).to.equal(2_001);
  });

  it('begins anew when it is asked again under way', async () => {
    await addReviews(1, 1_500);
    await takeOutbox();
    await replays.ask();
    await replays.step();
    await takeOutbox();
    await replays.ask();
    await stepsUntil('done');
    expect(await takeOutbox()).to.have.length(1_500);
  });

  it('leaves the work of one to another who stops half-way, and does none of it twice', async () => {
    await addReviews(1, 3_500);
    await takeOutbox();
    await replays.ask();
    const start = () => {
      const replay = createReviewReplay({ replays, wakeRelay: () => {}, log: silent });
      replay.start();
      return replay;
    };
    const [one, other] = [start(), start()];
    const told = async (atLeast: number) => {
      const { rows } = await db.query<{ count: number }>('SELECT count(*)::int AS count FROM outbox');
      return rows[0]!.count >= atLeast;
    };
    await waitFor('a first step', () => told(1_000));
    await one.stop();
    await waitFor('the last step', () => told(3_500));
    await other.stop();
    const ids = (await takeOutbox()).map(({ data }) => data.reviewId);
    expect(ids).to.have.length(3_500);
    expect(new Set(ids).size).to.equal(3_500);
    expect((await db.query('SELECT FROM review_replay')).rowCount).to.equal(0);
  });

  it('keeps off while another transaction is at it', async () => {
    await addReviews(1, 10);
    await takeOutbox();
    await replays.ask();
    await db.query('BEGIN; SELECT FROM review_replay FOR UPDATE');
    expect(await replays.step()).to.equal('none');
    await db.query('COMMIT');
    expect(await replays.step()).to.equal('done');
  });

  it('waits while the outbox is full', async () => {
    await addReviews(1, 5_000);
    await replays.ask();
    expect(await replays.step()).to.equal('full');
    await db.query('DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox)');
    expect(await replays.step()).to.equal('more');
  });
});
