import { expect } from 'chai';
import fc from 'fast-check';
import { averageRating, bayesianAverage, reviewCount } from '../../src/rating/index.ts';
import { anyHistogram } from './arbitraries.ts';

describe('bayesianAverage', () => {
  it('is the prior without reviews', () => {
    expect(bayesianAverage([0, 0, 0, 0, 0])).to.equal(3);
    expect(bayesianAverage([0, 0, 0, 0, 0], { priorMean: 3.75 })).to.equal(3.75);
  });

  it('gives one review of 5 stars 3.18 by default', () => {
    expect(bayesianAverage([0, 0, 0, 0, 1])).to.equal(3.18);
  });

  it('ranks many good reviews above one perfect review', () => {
    expect(bayesianAverage([0, 0, 5, 15, 80])).to.be.above(bayesianAverage([0, 0, 0, 0, 1]));
  });

  it('rounds half-up on the exact fraction: 3.005 is 3.01', () => {
    // (199 * 3 + 4) / 200
    expect(bayesianAverage([0, 0, 0, 1, 0], { priorMean: 3, priorWeight: 199 })).to.equal(3.01);
  });

  it('lies between the prior and the average', () => {
    fc.assert(
      fc.property(
        anyHistogram,
        fc.integer({ min: 100, max: 500 }),
        fc.integer({ min: 1, max: 1000 }),
        (histogram, mean, priorWeight) => {
          fc.pre(reviewCount(histogram) > 0);
          const priorMean = mean / 100;
          const average = averageRating(histogram)!;
          const bayesian = bayesianAverage(histogram, { priorMean, priorWeight });
          expect(bayesian).to.be.within(Math.min(priorMean, average), Math.max(priorMean, average));
        },
      ),
    );
  });

  for (const priorMean of [0.99, 5.01, 3.005, NaN, -3]) {
    it(`refuses a prior mean of ${priorMean}`, () => {
      expect(() => bayesianAverage([0, 0, 0, 0, 1], { priorMean })).to.throw(RangeError, 'priorMean');
    });
  }

  for (const priorWeight of [0, -1, 2.5, NaN, Infinity]) {
    it(`refuses a prior weight of ${priorWeight}`, () => {
      expect(() => bayesianAverage([0, 0, 0, 0, 1], { priorWeight })).to.throw(RangeError, 'priorWeight');
    });
  }
});
