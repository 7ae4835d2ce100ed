import { expect } from 'chai';
import fc from 'fast-check';
import { positiveCount, reviewCount, wilsonLowerBound, type Histogram } from '../../src/rating/index.ts';

describe('wilsonLowerBound', () => {
  it('gives 0.5958 for 9 of 10', () => {
    expect(wilsonLowerBound(9, 10)).to.be.closeTo(0.5958, 5e-5);
  });

  it('is the share from which what was seen is just z standard errors away', () => {
    const z = fc.double({ min: 0.1, max: 5, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.nat({ max: 10_000 }),
        z,
        (positive, negative, z) => {
          const total = positive + negative;
          const bound = wilsonLowerBound(positive, total, z);
          const standardError = Math.sqrt((bound * (1 - bound)) / total);
          expect(positive / total - bound).to.be.closeTo(z * standardError, 1e-9);
        },
      ),
    );
  });

  it('is 0 without reviews, and without a positive one', () => {
    expect(wilsonLowerBound(0, 0)).to.equal(0);
    expect(wilsonLowerBound(0, 7)).to.equal(0);
  });

  it('is the plain share without any demand on confidence', () => {
    expect(wilsonLowerBound(3, 4, 0)).to.equal(0.75);
  });

  it('takes 95 % as its default', () => {
    expect(wilsonLowerBound(7, 9)).to.equal(wilsonLowerBound(7, 9, 1.96));
  });

  it('never leaves the range from 0 to the share itself', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (positive, negative) => {
        fc.pre(positive + negative > 0);
        const total = positive + negative;
        expect(wilsonLowerBound(positive, total)).to.be.within(0, positive / total);
      }),
    );
  });

  it('grows with the number of reviews at the same share', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat({ max: 1000 }), (positive, negative) => {
        const few = wilsonLowerBound(positive, positive + negative);
        expect(wilsonLowerBound(10 * positive, 10 * (positive + negative))).to.be.above(few);
      }),
    );
  });

  it('takes 4 and 5 stars as positive', () => {
    const histogram: Histogram = [1, 0, 0, 4, 5];
    expect(wilsonLowerBound(positiveCount(histogram), reviewCount(histogram))).to.equal(
      wilsonLowerBound(9, 10),
    );
  });

  const impossible: [number, number, number, string][] = [
    [2, 1, 1.96, '2 of 1 reviews cannot be positive'],
    [-1, 1, 1.96, '-1 of 1 reviews cannot be positive'],
    [0.5, 1, 1.96, '0.5 of 1 reviews cannot be positive'],
    [0, NaN, 1.96, '0 of NaN reviews cannot be positive'],
    [1, 2, -1, 'z is a number from 0, not -1'],
    [1, 2, NaN, 'z is a number from 0, not NaN'],
    [1, 2, Infinity, 'z is a number from 0, not Infinity'],
  ];
  for (const [positive, total, z, message] of impossible) {
    it(`refuses ${positive} of ${total} with z = ${z}, and says so`, () => {
      expect(() => wilsonLowerBound(positive, total, z)).to.throw(RangeError, message);
    });
  }
});
