import type { ReviewData } from 'ct-common-lib/events';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';

/** Every version of some reviews, and the batches in which they arrive: in any order, some of them again. */
export interface Scenario {
  productIds: string[];
  history: ReviewData[];
  batches: ReviewData[][];
}

const lifeOfReview = fc.record({
  product: fc.nat({ max: 1 }),
  ratings: fc.array(fc.option(fc.integer({ min: 1, max: 5 }), { freq: 3 }), { minLength: 1, maxLength: 5 }),
});

const batchSizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 });

/** Ids are made anew for every run, so that runs share a database but no row. */
export const scenarios: fc.Arbitrary<() => Scenario> = fc
  .array(lifeOfReview, { minLength: 1, maxLength: 8 })
  .chain((lives) => {
    const changes = lives.flatMap(({ ratings }) => ratings).length;
    const again = fc.array(fc.nat({ max: changes - 1 }), { maxLength: 12 });
    const arrivals = again.chain((repeated) => {
      const all = [...Array(changes).keys(), ...repeated];
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
    return fc.tuple(fc.constant(lives), arrivals, batchSizes);
  })
  .map(([lives, arrivals, sizes]) => () => {
    const products = [uuidv7(), uuidv7()] as const;
    const history = lives.flatMap(({ product, ratings }) => {
      const [reviewId, productId] = [uuidv7(), products[product]!];
      return ratings.map((rating, index) => ({ reviewId, productId, rating, version: index + 1 }));
    });
    const productIds = products.filter((id) => history.some(({ productId }) => productId === id));
    return {
      productIds,
      history,
      batches: inBatches(
        arrivals.map((at) => history[at]!),
        sizes,
      ),
    };
  });

function inBatches<T>(items: T[], sizes: number[]): T[][] {
  const batches: T[][] = [];
  for (let from = 0, turn = 0; from < items.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    batches.push(items.slice(from, from + size));
    from += size;
  }
  return batches;
}
