import { expect } from 'chai';
import fc from 'fast-check';
import {
  addHistograms,
  emptyHistogram,
  histogramChange,
  positiveCount,
  ratingSum,
  reviewCount,
} from '../../src/rating/index.ts';
import { histogramOf, maybeRating, rating } from './arbitraries.ts';

describe('histogram', () => {
  it('adds a new review to its star', () => {
    expect(histogramChange(null, 4)).to.deep.equal([0, 0, 0, 1, 0]);
  });

  it('moves an edited review from one star to another', () => {
    expect(histogramChange(5, 2)).to.deep.equal([0, 1, 0, 0, -1]);
  });

  it('takes a deleted review away', () => {
    expect(histogramChange(1, null)).to.deep.equal([-1, 0, 0, 0, 0]);
  });

  it('does not change for a review that did not count and still does not, or keeps its stars', () => {
    expect(histogramChange(null, null)).to.deep.equal(emptyHistogram);
    expect(histogramChange(3, 3)).to.deep.equal(emptyHistogram);
  });

  for (const wrong of [0, 6, -1, 4.5, NaN, Infinity]) {
    it(`refuses a rating of ${wrong}`, () => {
      expect(() => histogramChange(null, wrong)).to.throw(RangeError, `not ${wrong}`);
      expect(() => histogramChange(wrong, null)).to.throw(RangeError, `not ${wrong}`);
    });
  }

  it('counts and sums what the reviews say, and 4 and 5 stars as positive', () => {
    fc.assert(
      fc.property(fc.array(rating), (ratings) => {
        const histogram = histogramOf(ratings);
        expect(reviewCount(histogram)).to.equal(ratings.length);
        expect(ratingSum(histogram)).to.equal(ratings.reduce((sum, stars) => sum + stars, 0));
        expect(positiveCount(histogram)).to.equal(ratings.filter((stars) => stars >= 4).length);
      }),
    );
  });

  it('ends where a review ends, whatever it went through', () => {
    fc.assert(
      fc.property(fc.array(maybeRating, { minLength: 1 }), (states) => {
        let before: number | null = null;
        let histogram = emptyHistogram;
        for (const after of states) {
          histogram = addHistograms(histogram, histogramChange(before, after));
          before = after;
        }
        expect(histogram).to.deep.equal(histogramChange(null, before));
      }),
    );
  });
});
