import { expect } from 'chai';
import fc from 'fast-check';
import {
  averageRating,
  changeAverage,
  emptyHistogram,
  ratingSum,
  reviewCount,
  type Histogram,
} from '../../src/rating/index.ts';
import { anyHistogram, histogramOf, maybeRating, rating } from './arbitraries.ts';

describe('averageRating', () => {
  it('is null without reviews', () => {
    expect(averageRating(emptyHistogram)).to.equal(null);
  });

  it('shows 3.91 as 3.91 and not as 4', () => {
    expect(averageRating([0, 0, 9, 91, 0])).to.equal(3.91);
  });

  const edges: [string, Histogram, number][] = [
    ['3.005 up', [0, 0, 199, 1, 0], 3.01],
    ['1.005 up', [199, 1, 0, 0, 0], 1.01],
    ['4.995 up', [0, 0, 0, 1, 199], 5],
    ['3.00499… down', [0, 0, 200, 1, 0], 3],
    ['a third down', [0, 0, 2, 1, 0], 3.33],
    ['two thirds up', [0, 0, 1, 2, 0], 3.67],
  ];
  for (const [title, histogram, average] of edges) {
    it(`rounds ${title}`, () => expect(averageRating(histogram)).to.equal(average));
  }

  it('is the exact quotient, rounded half-up', () => {
    fc.assert(
      fc.property(anyHistogram, (histogram) => {
        fc.pre(reviewCount(histogram) > 0);
        expect(averageRating(histogram)).to.equal(exactly(ratingSum(histogram), reviewCount(histogram)));
      }),
    );
  });

  it('is exact up to the sum that its contract names', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8_799_990_000_000, max: 8_799_999_000_000 }), bar, (n5, n4) => {
        expect(averageRating([0, 0, 0, n4, n5])).to.equal(exactly(4 * n4 + 5 * n5, n4 + n5));
      }),
    );
  });
});

describe('changeAverage', () => {
  it('adds a review: 4 and 5 make 4.5', () => {
    expect(
      changeAverage({ ratingSum: 4, reviewCount: 1 }, { ratingChange: 5, countChange: 1 }),
    ).to.deep.equal({
      ratingSum: 9,
      reviewCount: 2,
      averageRating: 4.5,
    });
  });

  it('moves an edited review without changing the count', () => {
    const changed = changeAverage({ ratingSum: 9, reviewCount: 2 }, { ratingChange: -3, countChange: 0 });
    expect(changed).to.include({ reviewCount: 2, averageRating: 3 });
  });

  it('gives null and 0 when the last review goes', () => {
    expect(
      changeAverage({ ratingSum: 5, reviewCount: 1 }, { ratingChange: -5, countChange: -1 }),
    ).to.deep.equal({
      ratingSum: 0,
      reviewCount: 0,
      averageRating: null,
    });
  });

  it('gives after any chain of changes what a computation from scratch gives', () => {
    const change = fc.record({ review: fc.nat({ max: 7 }), stars: maybeRating });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const reviews = new Map<number, number>();
        let total = { ratingSum: 0, reviewCount: 0, averageRating: null as number | null };
        for (const { review, stars } of changes) {
          const before = reviews.get(review);
          total = changeAverage(total, {
            ratingChange: (stars ?? 0) - (before ?? 0),
            countChange: Number(stars !== null) - Number(before !== undefined),
          });
          if (stars === null) reviews.delete(review);
          else reviews.set(review, stars);
        }
        const scratch = histogramOf([...reviews.values()]);
        expect(total).to.deep.equal({
          ratingSum: ratingSum(scratch),
          reviewCount: reviewCount(scratch),
          averageRating: averageRating(scratch),
        });
      }),
    );
  });

  it('undoes a change with its opposite', () => {
    fc.assert(
      fc.property(anyHistogram, rating, (histogram, stars) => {
        const total = { ratingSum: ratingSum(histogram), reviewCount: reviewCount(histogram) };
        const there = changeAverage(total, { ratingChange: stars, countChange: 1 });
        const back = changeAverage(there, { ratingChange: -stars, countChange: -1 });
        expect(back).to.deep.equal({ ...total, averageRating: averageRating(histogram) });
      }),
    );
  });

  const impossible: [string, [number, number], [number, number]][] = [
    ['a count below zero', [0, 0], [-5, -1]],
    ['a negative count to begin with', [-5, -1], [5, 1]],
    ['stars without a review', [0, 0], [5, 0]],
    ['more than 5 stars a review', [5, 1], [1, 0]],
    ['less than 1 star a review', [1, 1], [-1, 0]],
    ['half a star', [5, 1], [-0.5, 0]],
    ['no number', [5, 1], [NaN, 0]],
    ['numbers beyond exactness', [2 ** 53, 2 ** 52], [0, 0]],
  ];
  for (const [title, [ratingSum, reviewCount], [ratingChange, countChange]] of impossible) {
    it(`refuses ${title}`, () => {
      expect(() => changeAverage({ ratingSum, reviewCount }, { ratingChange, countChange })).to.throw(
        RangeError,
        /reviews cannot have .* stars together$/,
      );
    });
  }
});

const bar = fc.nat({ max: 1_000_000 });

/** The same quotient by another way: BigInt, and the remainder decides. */
function exactly(sum: number, count: number): number {
  const hundredths = (BigInt(sum) * 100n) / BigInt(count);
  const remainder = (BigInt(sum) * 100n) % BigInt(count);
  return Number(hundredths + (2n * remainder >= BigInt(count) ? 1n : 0n)) / 100;
}
