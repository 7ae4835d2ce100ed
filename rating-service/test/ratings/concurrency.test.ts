import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { v7 as uuidv7 } from 'uuid';
import { createReviewStateRepository } from '../../src/ratings/review-state.repository.ts';
import { createRatingDatabase, type RatingDatabase } from '../support/ratings.ts';
import { review } from '../support/reviews.ts';

describe('two instances at once', () => {
  let database: RatingDatabase;
  before(async () => (database = await createRatingDatabase()));
  after(() => database.drop());

  it('count a review once that both see for the first time', async () => {
    const created = review();
    const second = database.createRatings();
    let applying: ReturnType<typeof second.apply> | undefined;
    const first = database.createRatings((states, sequelize) => ({
      ...states,
      async insertOrLock(reviews, transaction) {
        const known = await states.insertOrLock(reviews, transaction);
        applying = second.apply([created]);
        await waitFor('the second waits for the first', async () => (await countWaiting(sequelize)) === 1);
        return known;
      },
    }));

    const winner = await first.apply([created]);
    const loser = await applying!;
    expect([winner.newer, loser.newer]).to.deep.equal([1, 0]);
    expect(loser.ratings).to.deep.equal(winner.ratings);
    expect(loser.ratings[0]).to.deep.include({ histogram: [0, 0, 0, 0, 1], version: 1 });
  });

  it('apply an edit on top of the creation that the other has not committed yet', async () => {
    const created = review({ rating: 5 });
    const second = database.createRatings();
    let applying: ReturnType<typeof second.apply> | undefined;
    const first = database.createRatings((states, sequelize) => ({
      ...states,
      async insertOrLock(reviews, transaction) {
        const known = await states.insertOrLock(reviews, transaction);
        applying = second.apply([{ ...created, rating: 2, version: 2 }]);
        await waitFor('the second waits for the first', async () => (await countWaiting(sequelize)) === 1);
        return known;
      },
    }));

    await first.apply([created]);
    const { ratings } = await applying!;
    expect(ratings[0]).to.deep.include({ histogram: [0, 1, 0, 0, 0], version: 2 });
  });

  it('never deadlock on the same reviews in opposite orders', async () => {
    const products = Array.from({ length: 10 }, () => uuidv7());
    const reviews = Array.from({ length: 200 }, (_, at) =>
      review({ productId: products[at % 10]!, rating: 4 }),
    );
    const { instances, transactions } = countingInstances();
    for (let version = 1; version <= 5; version++) {
      const batch = reviews.map((review) => ({ ...review, version }));
      await Promise.all([instances[0].apply(batch), instances[1].apply(batch.toReversed())]);
    }
    const ratings = await instances[0].find(products);
    expect(ratings.map(({ histogram }) => histogram)).to.deep.equal(products.map(() => [0, 0, 0, 20, 0]));
    expect(ratings.map(({ version }) => version)).to.deep.equal(products.map(() => 100));
    expect(transactions()).to.equal(10);
  });

  it('never deadlock on the same products in opposite orders', async () => {
    const products = [uuidv7(), uuidv7(), uuidv7()];
    const { instances, transactions } = countingInstances();
    const reviewsOfAll = () => products.map((productId) => review({ productId }));
    await instances[0].apply(reviewsOfAll());

    const { sequelize } = instances[0];
    await heldInTheMiddle(
      sequelize,
      (transaction) =>
        sequelize.query('SELECT 1 FROM product_rating WHERE product_id = $1 FOR UPDATE', {
          bind: [products[1]],
          transaction,
        }),
      () => [instances[0].apply(reviewsOfAll()), instances[1].apply(reviewsOfAll().toReversed())],
    );
    const ratings = await instances[0].find(products);
    expect(ratings.map(({ histogram }) => histogram)).to.deep.equal(products.map(() => [0, 0, 0, 0, 3]));
    expect(transactions()).to.equal(3);
  });

  it('never deadlock on reviews that are new to both, in opposite orders', async () => {
    const reviews = [review(), review(), review()];
    const { instances, transactions } = countingInstances();
    const { sequelize } = instances[0];
    await heldInTheMiddle(
      sequelize,
      (transaction) => createReviewStateRepository(sequelize).insertOrLock([reviews[1]!], transaction),
      () => [instances[0].apply(reviews), instances[1].apply(reviews.toReversed())],
    );
    expect(await instances[0].find(reviews.map(({ productId }) => productId))).to.have.length(3);
    expect(transactions()).to.equal(2);
  });

  it('never deadlock on the same reviews, whichever way PostgreSQL finds them', async () => {
    const reviews = [review(), review(), review()];
    // They lie in the table in another order than in the index, so one scan of each would lock in opposite orders.
    const { sequelize, apply } = database.createRatings();
    for (const created of reviews.toReversed()) await apply([created]);

    const { instances, transactions } = countingInstances(['enable_seqscan', 'enable_indexscan']);
    const edited = reviews.map((review) => ({ ...review, rating: 1, version: 2 }));
    await heldInTheMiddle(
      sequelize,
      (transaction) => createReviewStateRepository(sequelize).insertOrLock([reviews[1]!], transaction),
      () => instances.map(({ apply }) => apply(edited)),
    );
    expect(transactions()).to.equal(2);
  });

  /**
   * Two instances, which do without one way each to find rows, if any is named. One transaction more than
   * batches would be the repetition of a deadlock's victim.
   */
  function countingInstances(withoutScans: [string?, string?] = []) {
    let transactions = 0;
    const instance = (without = 'enable_tidscan') =>
      database.createRatings((states, sequelize) => ({
        ...states,
        async insertOrLock(reviews, transaction) {
          transactions++;
          const settings = `SET LOCAL enable_bitmapscan = off; SET LOCAL ${without} = off`;
          await sequelize.query(settings, { transaction });
          return states.insertOrLock(reviews, transaction);
        },
      }));
    return {
      instances: [instance(withoutScans[0]), instance(withoutScans[1])] as const,
      transactions: () => transactions,
    };
  }
});

/** Holds a row between the first and the last, so that two who come from both ends would each have what the other needs. */
async function heldInTheMiddle(
  sequelize: Sequelize,
  hold: (transaction: Transaction) => Promise<unknown>,
  start: () => Promise<unknown>[],
) {
  const started = await sequelize.transaction(async (transaction) => {
    await hold(transaction);
    const both = start();
    await waitFor('both wait', async () => (await countWaiting(sequelize)) === 2);
    return both;
  });
  await Promise.all(started);
}

async function countWaiting(sequelize: Sequelize) {
  const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return (await sequelize.query(waiting, { type: QueryTypes.SELECT })).length;
}
