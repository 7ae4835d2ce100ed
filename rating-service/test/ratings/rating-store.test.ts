import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { TransientError } from 'ct-common-lib';
import { isMissingDatabaseError } from 'ct-common-lib/postgres';
import { waitFor } from 'ct-common-lib/testing';
import { createRatingStoreRepository } from '../../src/ratings/rating-store.repository.ts';
import { rejection } from '../support/rejection.ts';
import { createRatingDatabase, type RatingDatabase } from '../support/ratings.ts';
import { review } from '../support/reviews.ts';

describe('the identity of a rating database', () => {
  let database: RatingDatabase;
  let ratings: ReturnType<RatingDatabase['createRatings']>;
  let current: string;
  beforeEach(async () => {
    database = await createRatingDatabase();
    ratings = database.createRatings();
    current = (await ratings.currentStore())!;
  });
  afterEach(() => database.drop());

  const query = (sql: string, bind: unknown[] = []) => ratings.sequelize.query(sql, { bind });
  const setRole = (id: string, role: string) =>
    query(`INSERT INTO rating_store (id, role) VALUES ($1, $2)`, [id, role]);
  const rolesOf = async (role: string) => {
    const [rows] = await query('SELECT id FROM rating_store WHERE role = $1', [role]);
    return (rows as { id: string }[]).map(({ id }) => id);
  };
  const knowsNothingOf = async (productId: string) =>
    expect(await ratings.find([productId])).to.deep.equal([]);

  async function expectHeldBack(...reviews: Parameters<typeof review>[0][]) {
    const error = await rejection(ratings.apply(reviews.map((given) => review(given))));
    expect(error).to.be.instanceOf(TransientError).with.property('code', 'RATING_STORE_UNKNOWN');
    expect(error.message).to.include('npm run ratings:rebuild');
  }

  it('is another one for each database', async () => {
    const other = await createRatingDatabase();
    expect(await other.createRatings().currentStore())
      .to.be.a('string')
      .that.does.not.equal(current);
    await other.drop();
  });

  it('is named with the ratings', async () => {
    expect(await ratings.apply([review()])).to.include({ store: current });
  });

  it('lets in the reviews that are for it, and those that name none', async () => {
    const { productId } = review();
    const applied = await ratings.apply([
      review({ productId, store: current }),
      review({ productId }),
      review({ productId, store: null }),
    ]);
    expect(applied).to.include({ newer: 3, superseded: 0 });
    expect(applied.ratings[0]).to.deep.include({ productId, version: 3 });
  });

  it('leaves out the reviews that are for a former one, whatever their version', async () => {
    const former = randomUUID();
    await setRole(former, 'former');
    const ours = review({ rating: 2, store: current });
    const applied = await ratings.apply([{ ...ours, rating: 5, version: 7, store: former }, ours]);
    expect(applied).to.include({ newer: 1, superseded: 1 });
    expect(applied.ratings[0]).to.deep.include({ histogram: [0, 1, 0, 0, 0], version: 1 });
    expect(await ratings.apply([{ ...ours, version: 8, store: former }])).to.deep.include({
      ratings: [],
      superseded: 1,
    });
  });

  it('holds back a batch with a review that is for an unknown one, and remembers that', async () => {
    const { productId } = review();
    const foreign = randomUUID();
    await expectHeldBack({ productId, store: current }, { productId, store: foreign });
    await knowsNothingOf(productId);
    expect(await rolesOf('foreign')).to.deep.equal([foreign]);
    // Again and again, as the batch is.
    await expectHeldBack({ productId, store: foreign });
    await ratings.apply([review({ store: current })]);
  });

  it('holds back everything but former ones while there is none, as during a rebuild', async () => {
    const former = randomUUID();
    await setRole(former, 'former');
    await query(`UPDATE rating_store SET role = 'former', register = NULL WHERE id = $1`, [current]);
    const { productId } = review();
    await expectHeldBack({ productId });
    await expectHeldBack({ productId, store: randomUUID() });
    await knowsNothingOf(productId);
    expect(await ratings.apply([review({ productId, store: former })])).to.include({ superseded: 1 });
    await knowsNothingOf(productId);
  });

  it('is lost with the register, as when that was restored from a dump', async () => {
    await query(`CREATE TABLE restored (LIKE review_state INCLUDING ALL)`);
    await query('DROP TABLE review_state');
    await query('ALTER TABLE restored RENAME TO review_state');
    await expectHeldBack({ store: current });
    await expectHeldBack({});
  });

  it('is looked at after a rebuild that a batch has waited for', async () => {
    const rebuild = await ratings.sequelize.transaction();
    await ratings.sequelize.query('LOCK TABLE review_state IN ACCESS EXCLUSIVE MODE', {
      transaction: rebuild,
    });
    const { productId } = review();
    const held = expectHeldBack({ productId, store: current });
    await waitFor('the batch waits', async () => {
      const [rows] = await query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return rows.length > 0;
    });
    await ratings.sequelize.query(`DELETE FROM rating_store`, { transaction: rebuild });
    await rebuild.commit();
    await held;
    await knowsNothingOf(productId);
  });

  it('tells when a rebuild is needed: while reviews wait for it, or it has none', async () => {
    const stores = createRatingStoreRepository(ratings.sequelize);
    await setRole(randomUUID(), 'former');
    expect(await stores.needsRebuild()).to.equal(false);
    await setRole(randomUUID(), 'foreign');
    expect(await stores.needsRebuild()).to.equal(true);
    await query(`DELETE FROM rating_store WHERE role = 'foreign'`);
    expect(await stores.needsRebuild()).to.equal(false);
    await query(`DELETE FROM rating_store WHERE role = 'current'`);
    expect(await stores.needsRebuild()).to.equal(true);
  });

  it('is made anew with the tables, when these were dropped under a running service', async () => {
    await query('DROP SCHEMA public CASCADE');
    await query('CREATE SCHEMA public');
    const error = await rejection(ratings.apply([review({ store: current })]));
    expect(error).to.be.instanceOf(TransientError).with.property('code', 'DATABASE_UNAVAILABLE');
    expect(isMissingDatabaseError(error)).to.equal(true);
    expect(await ratings.currentStore())
      .to.be.a('string')
      .that.does.not.equal(current);
    await expectHeldBack({ store: current });
  });
});
