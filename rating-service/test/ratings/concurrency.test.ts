import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import { QueryTypes, type Sequelize } from 'sequelize';
import { v7 as uuidv7 } from 'uuid';
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
      async lock(reviews, transaction) {
        const known = await states.lock(reviews, transaction);
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
      async save(reviews, transaction) {
        await states.save(reviews, transaction);
        applying = second.apply([{ ...created, rating: 2, version: 2 }]);
        await waitFor('the second waits for the first', async () => (await countWaiting(sequelize)) === 1);
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

    // Held in the middle, so that two who come from both ends would each have what the other needs.
    const { sequelize } = instances[0];
    const applying = await sequelize.transaction(async (transaction) => {
      const hold = 'SELECT 1 FROM product_rating WHERE product_id = $1 FOR UPDATE';
      await sequelize.query(hold, { bind: [products[1]], transaction });
      const both = [instances[0].apply(reviewsOfAll()), instances[1].apply(reviewsOfAll().toReversed())];
      await waitFor('both wait', async () => (await countWaiting(sequelize)) === 2);
      return both;
    });
    await Promise.all(applying);
    const ratings = await instances[0].find(products);
    expect(ratings.map(({ histogram }) => histogram)).to.deep.equal(products.map(() => [0, 0, 0, 0, 3]));
    expect(transactions()).to.equal(3);
  });

  /** One transaction more than batches would be the repetition of a deadlock's victim. */
  function countingInstances() {
    let transactions = 0;
    const instance = () =>
      database.createRatings((states) => ({
        ...states,
        lock: (...args) => (transactions++, states.lock(...args)),
      }));
    return { instances: [instance(), instance()] as const, transactions: () => transactions };
  }
});

async function countWaiting(sequelize: Sequelize) {
  const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return (await sequelize.query(waiting, { type: QueryTypes.SELECT })).length;
}
