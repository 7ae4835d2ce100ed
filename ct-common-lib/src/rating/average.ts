import { ratingSum, reviewCount, type Histogram } from './histogram.ts';
import { roundedQuotient } from './rounding.ts';

/** An average as the exact fraction that it is. Each review adds 1 to 5 stars to the sum. */
export interface RatingTotal {
  ratingSum: number;
  reviewCount: number;
}

/** What happened since: 5 -> 3 stars is `{ ratingChange: -2, countChange: 0 }`, a new review of 4 is `{ 4, 1 }`. */
export interface RatingChange {
  ratingChange: number;
  countChange: number;
}

/**
 * The average rating, rounded half-up to two decimals (3.005 -> 3.01), null without reviews. Computed on
 * integers alone; exact up to a sum of 4.4e13 stars.
 */
export function averageRating(histogram: Histogram): number | null {
  return averageOf({ ratingSum: ratingSum(histogram), reviewCount: reviewCount(histogram) });
}

/**
 * Moves an average by what changed, without looking at the other reviews:
 *
 *     newAverage = (average * originalCount + ratingChange) / (originalCount + countChange)
 *
 * `average * originalCount` is the sum of the stars, so the sum is what is passed in and out, and no rounded
 * average ever enters the next one: any chain of changes gives what a computation from scratch gives. The
 * `averageRating` of the result is rounded half-up to two decimals, null when no review remains.
 * Throws RangeError if the total before or after cannot be that of reviews with 1 to 5 stars.
 */
export function changeAverage(total: RatingTotal, { ratingChange, countChange }: RatingChange) {
  assertTotal(total);
  const changed = {
    ratingSum: total.ratingSum + ratingChange,
    reviewCount: total.reviewCount + countChange,
  };
  assertTotal(changed);
  return { ...changed, averageRating: averageOf(changed) };
}

function averageOf({ ratingSum, reviewCount }: RatingTotal): number | null {
  return reviewCount === 0 ? null : roundedQuotient(ratingSum, reviewCount);
}

function assertTotal({ ratingSum, reviewCount }: RatingTotal) {
  const possible =
    Number.isSafeInteger(reviewCount) &&
    Number.isSafeInteger(ratingSum) &&
    ratingSum >= reviewCount &&
    ratingSum <= 5 * reviewCount;
  if (!possible) throw new RangeError(`${reviewCount} reviews cannot have ${ratingSum} stars together`);
}
