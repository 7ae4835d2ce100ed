import { expect } from 'chai';
import { PoisonMessageError, TransientError } from 'ct-common-lib';
import { createSequelize } from 'ct-common-lib/postgres';
import { v7 as uuidv7 } from 'uuid';
import { createProductRatingRepository } from '../../src/ratings/product-rating.repository.ts';
import { createRatingStoreRepository } from '../../src/ratings/rating-store.repository.ts';
import { createRatingService } from '../../src/ratings/rating.service.ts';
import { createReviewStateRepository } from '../../src/ratings/review-state.repository.ts';
import { rejection } from '../support/rejection.ts';
import { createRatingDatabase, silent, type RatingDatabase } from '../support/ratings.ts';
import { review } from '../support/reviews.ts';

describe('rating.service', () => {
  let database: RatingDatabase;
  let ratings: ReturnType<RatingDatabase['createRatings']>;
  before(async () => {
    database = await createRatingDatabase();
    ratings = database.createRatings();
  });
  after(() => database.drop());

  const ratingOf = async (productId: string) => (await ratings.find([productId]))[0];

  it('gives the rating of every product that a batch is about, in one order for all', async () => {
    const [a, b] = [review({ rating: 4 }), review({ rating: 2 })];
    const applied = await ratings.apply([b, a]);
    expect(applied.newer).to.equal(2);
    expect(applied.ratings.map(({ updatedAt: _, ...rating }) => rating)).to.have.deep.members([
      { productId: a.productId, histogram: [0, 0, 0, 1, 0], version: 1 },
      { productId: b.productId, histogram: [0, 1, 0, 0, 0], version: 1 },
    ]);
  });

  it('moves an edited review from star to star', async () => {
    const created = review({ rating: 5 });
    await ratings.apply([created, review({ productId: created.productId, rating: 4 })]);
    await ratings.apply([{ ...created, rating: 1, version: 2 }]);
    expect(await ratingOf(created.productId)).to.deep.include({ histogram: [1, 0, 0, 1, 0], version: 3 });
  });

  it('counts nothing any more when the last review is deleted', async () => {
    const created = review();
    await ratings.apply([created]);
    await ratings.apply([{ ...created, rating: null, version: 2 }]);
    expect(await ratingOf(created.productId)).to.deep.include({ histogram: [0, 0, 0, 0, 0], version: 2 });
  });

  it('keeps a deletion that arrives before what it deletes', async () => {
    const created = review();
    await ratings.apply([{ ...created, rating: null, version: 2 }]);
    const late = await ratings.apply([created]);
    expect(late.newer).to.equal(0);
    expect(late.ratings[0]).to.deep.include({ histogram: [0, 0, 0, 0, 0], version: 2 });
  });

  it('counts a review again that is approved again', async () => {
    const created = review({ rating: 3 });
    await ratings.apply([{ ...created, rating: null, version: 2 }]);
    await ratings.apply([{ ...created, version: 3 }]);
    expect(await ratingOf(created.productId)).to.deep.include({ histogram: [0, 0, 1, 0, 0], version: 3 });
  });

  it('takes the highest version out of a batch that holds several of one review', async () => {
    const created = review({ rating: 5 });
    const applied = await ratings.apply([
      { ...created, rating: 2, version: 3 },
      created,
      { ...created, rating: 4, version: 2 },
    ]);
    expect(applied.newer).to.equal(1);
    expect(applied.ratings[0]).to.deep.include({ histogram: [0, 1, 0, 0, 0], version: 3 });
  });

  it('gives the present rating for a duplicate, and leaves the time of its last change alone', async () => {
    const created = review();
    const [first] = (await ratings.apply([created])).ratings;
    const repeated = await ratings.apply([created]);
    expect(repeated).to.deep.include({ ratings: [first], newer: 0 });
  });

  it('writes no review that is known already', async () => {
    const saved: number[] = [];
    const spied = database.createRatings((states) => ({
      ...states,
      save: (reviews, transaction) => (saved.push(reviews.length), states.save(reviews, transaction)),
    }));
    const [created, other] = [review(), review()];
    await spied.apply([created, other]);
    expect(saved, 'of what was inserted').to.deep.equal([]);
    await spied.apply([{ ...created, version: 2 }, other]);
    await spied.apply([created, other]);
    expect(saved).to.deep.equal([1]);
  });

  it('tells when a rating last changed', async () => {
    const created = review();
    await ratings.apply([created]);
    await ratings.sequelize.query(
      `UPDATE product_rating SET updated_at = '2001-01-01' WHERE product_id = $1`,
      {
        bind: [created.productId],
      },
    );
    const applied = await ratings.apply([{ ...created, version: 2 }]);
    expect(applied.ratings[0]!.updatedAt.getUTCFullYear()).to.be.above(2001);
  });

  it('knows no rating of a product without reviews', async () => {
    expect(await ratings.find([uuidv7()])).to.deep.equal([]);
  });

  it('refuses a review that changes its product, and applies nothing of that batch', async () => {
    const created = review();
    await ratings.apply([created]);
    const other = review();
    const error = await rejection(
      ratings.apply([{ ...created, productId: other.productId, version: 2 }, other]),
    );
    expect(error).to.be.instanceOf(PoisonMessageError).with.property('code', 'PRODUCT_CHANGED');
    expect(error.message).to.equal(
      `Review ${created.reviewId} is of product ${created.productId} and cannot be of ${other.productId}`,
    );
    expect(await ratingOf(created.productId)).to.deep.include({ histogram: [0, 0, 0, 0, 1], version: 1 });
    expect(await ratingOf(other.productId)).to.equal(undefined);
  });

  it('refuses a batch in which a new review is of two products', async () => {
    const created = review();
    const error = await rejection(ratings.apply([created, { ...review(), reviewId: created.reviewId }]));
    expect(error).to.be.instanceOf(PoisonMessageError).with.property('code', 'PRODUCT_CHANGED');
  });

  it('refuses a sum of versions that a number cannot hold, and keeps the rating that was', async () => {
    const created = review({ version: Number.MAX_SAFE_INTEGER });
    await ratings.apply([created]);
    const error = await rejection(ratings.apply([review({ productId: created.productId })]));
    expect(error).to.be.instanceOf(PoisonMessageError).with.property('code', 'RATING_IMPOSSIBLE');
    expect(await ratingOf(created.productId)).to.have.property('version', Number.MAX_SAFE_INTEGER);
  });

  it('refuses to count below zero after the histogram was edited by hand', async () => {
    const created = review({ rating: 5 });
    await ratings.apply([created]);
    await ratings.sequelize.query('UPDATE product_rating SET n5 = 0 WHERE product_id = $1', {
      bind: [created.productId],
    });
    const error = await rejection(ratings.apply([{ ...created, rating: 4, version: 2 }]));
    expect(error).to.be.instanceOf(PoisonMessageError).with.property('code', 'RATING_IMPOSSIBLE');
    expect(error.message).to.equal(
      `The rating of product ${created.productId} would become 0, 0, 0, 1, -1 at version 2`,
    );
  });

  for (const state of ['40P01', '40001']) {
    it(`does its transaction again that the server ended with ${state}, and counts once`, async () => {
      let attempts = 0;
      const victim = database.createRatings((states, sequelize) => ({
        ...states,
        async insertOrLock(reviews, transaction) {
          const known = await states.insertOrLock(reviews, transaction);
          if (++attempts > 2) return known;
          await sequelize.query(`DO $$ BEGIN RAISE 'chosen' USING ERRCODE = '${state}'; END $$`, {
            transaction,
          });
          return known;
        },
      }));
      const created = review();
      const { ratings } = await victim.apply([created]);
      expect(attempts).to.equal(3);
      expect(ratings[0]).to.deep.include({ histogram: [0, 0, 0, 0, 1], version: 1 });
    });
  }

  it('throws TransientError while the database is away', async () => {
    const sequelize = createSequelize('postgres://nobody@127.0.0.1:1/none', {
      log: silent,
      applicationName: 'test',
    });
    let migrations = 0;
    const { apply } = createRatingService({
      sequelize,
      ratingStores: createRatingStoreRepository(sequelize),
      reviewStates: createReviewStateRepository(sequelize),
      productRatings: createProductRatingRepository(sequelize),
      migrate: async () => void migrations++,
      log: silent,
    });
    const error = await rejection(apply([review()]));
    expect(error).to.be.instanceOf(TransientError).with.property('code', 'DATABASE_UNAVAILABLE');
    expect(error.message).to.equal('The rating database does not answer');
    expect(error.cause).to.be.instanceOf(Error);
    expect(migrations, 'of what is only away').to.equal(0);
    await sequelize.close();
  });

  it('throws any other error of the database as it is', async () => {
    const broken = database.createRatings((states, sequelize) => ({
      ...states,
      insertOrLock: async (reviews, transaction) => {
        await sequelize.query('SELECT 1 / 0', { transaction });
        return states.insertOrLock(reviews, transaction);
      },
    }));
    const error = await rejection(broken.apply([review()]));
    expect(error).not.to.be.instanceOf(TransientError);
    expect(error.message).to.equal('division by zero');
  });
});
