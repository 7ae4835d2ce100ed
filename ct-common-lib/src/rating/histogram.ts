/** How many reviews gave 1, 2, 3, 4 and 5 stars; or by how much these numbers change. */
export type Histogram = readonly [n1: number, n2: number, n3: number, n4: number, n5: number];

export const emptyHistogram: Histogram = [0, 0, 0, 0, 0];

/**
 * What one review's change does to its product's histogram. `null` stands for a review that does not count:
 * not there yet, deleted, or not approved. Throws RangeError if a rating is no integer from 1 to 5.
 */
export function histogramChange(before: number | null, after: number | null): Histogram {
  assertRating(before);
  assertRating(after);
  const at = (star: number) => Number(star === after) - Number(star === before);
  return [at(1), at(2), at(3), at(4), at(5)];
}

/** The sum, star by star. */
export function addHistograms(a: Histogram, b: Histogram): Histogram {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4]];
}

/** How many reviews count. */
export function reviewCount([n1, n2, n3, n4, n5]: Histogram): number {
  return n1 + n2 + n3 + n4 + n5;
}

/** The stars of all reviews that count, added up. */
export function ratingSum([n1, n2, n3, n4, n5]: Histogram): number {
  return n1 + 2 * n2 + 3 * n3 + 4 * n4 + 5 * n5;
}

/** How many reviews are positive: 4 or 5 stars. */
export function positiveCount([, , , n4, n5]: Histogram): number {
  return n4 + n5;
}

function assertRating(rating: number | null) {
  if (rating === null || (Number.isInteger(rating) && rating >= 1 && rating <= 5)) return;
  throw new RangeError(`A rating is an integer from 1 to 5, not ${rating}`);
}
