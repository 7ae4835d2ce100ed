import { expect } from 'chai';
import type { ReviewData } from 'ct-common-lib/events';
import { averageRating, changeAverage, ratingSum, reviewCount } from 'ct-common-lib/rating';
import fc from 'fast-check';
import type { ProductRating } from '../../src/ratings/product-rating.repository.ts';
import { createRatingDatabase, type RatingDatabase } from '../support/ratings.ts';
import { truthOf } from '../support/reviews.ts';
import { scenarios } from '../support/scenarios.ts';

describe('ratings converge', () => {
  let database: RatingDatabase;
  before(async () => (database = await createRatingDatabase()));
  after(() => database.drop());

  it('to the truth, and to the incremental formula, in whatever order, how often and how many at a time', async () => {
    const { apply, find } = database.createRatings();
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const { productIds, history, batches } = scenario();
        for (const batch of batches) await apply(batch);

        const ratings = await find(productIds);
        expectTruth(ratings, productIds, history);
        for (const { productId, histogram } of ratings) {
          expect(incrementally(history.filter((review) => review.productId === productId))).to.deep.equal({
            ratingSum: ratingSum(histogram),
            reviewCount: reviewCount(histogram),
            averageRating: averageRating(histogram),
          });
        }
      }),
      { numRuns: 40 },
    );
  });

  it('to the truth when two instances take turns at random, at the same time', async () => {
    const instances = [database.createRatings(), database.createRatings()];
    const turns = fc.array(fc.nat({ max: 1 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(scenarios, turns, async (scenario, turns) => {
        const { productIds, history, batches } = scenario();
        await Promise.all(
          instances.map(async ({ apply }, instance) => {
            const mine = batches.filter((_, index) => turns[index % turns.length] === instance);
            for (const batch of mine) await apply(batch);
          }),
        );
        expectTruth(await instances[0]!.find(productIds), productIds, history);
      }),
      { numRuns: 30 },
    );
  });

  it('to the same state when everything is replayed into an empty database', async () => {
    const replayed = await createRatingDatabase();
    try {
      const [original, rebuilt] = [database.createRatings(), replayed.createRatings()];
      const [scenario] = fc.sample(scenarios, 1);
      const { productIds, history, batches } = scenario!();
      for (const batch of batches) await original.apply(batch);
      await rebuilt.apply(history);
      expectTruth(await rebuilt.find(productIds), productIds, history);
      expectTruth(await original.find(productIds), productIds, history);
    } finally {
      await replayed.drop();
    }
  });
});

function expectTruth(ratings: ProductRating[], productIds: string[], history: ReviewData[]) {
  const found = ratings.map(({ updatedAt: _, ...rating }) => rating);
  expect(found).to.deep.equal(productIds.map((productId) => truthOf(productId, history)));
}

/** The reviews' changes one after the other, each moving the average as it was. */
function incrementally(history: ReviewData[]) {
  const ratings = new Map<string, number | null>();
  let average = { ratingSum: 0, reviewCount: 0, averageRating: null as number | null };
  for (const { reviewId, rating } of history) {
    const before = ratings.get(reviewId) ?? null;
    average = changeAverage(average, {
      ratingChange: (rating ?? 0) - (before ?? 0),
      countChange: Number(rating !== null) - Number(before !== null),
    });
    ratings.set(reviewId, rating);
  }
  return average;
}
