/**
 * Lower bound of Wilson's score interval (E. B. Wilson, Probable inference, the law of succession, and
 * statistical inference, JASA 22, 1927), in [0, 1]: the share of positive reviews that is at least to be
 * expected, given how many there are. 0 without a positive one. `z` is the quantile of the normal distribution,
 * by default 1.96, a confidence of 95 %.
 *
 * Stars become yes or no first: 4 and 5 are positive,
 * `wilsonLowerBound(positiveCount(histogram), reviewCount(histogram))`.
 * Throws RangeError if total < positive, if either is no integer from 0, or if z is negative.
 */
export function wilsonLowerBound(positive: number, total: number, z = 1.96): number {
  if (!Number.isSafeInteger(positive) || !Number.isSafeInteger(total) || positive < 0 || total < positive) {
    throw new RangeError(`${positive} of ${total} reviews cannot be positive`);
  }
  if (!(z >= 0 && z < Infinity)) throw new RangeError(`z is a number from 0, not ${z}`);
  // The formula gives 0 as well, but for the last bits of a float; and it has no answer for no reviews.
  if (positive === 0) return 0;
  const share = positive / total;
  const z2 = z * z;
  const centre = share + z2 / (2 * total);
  const spread = z * Math.sqrt((share * (1 - share) + z2 / (4 * total)) / total);
  return (centre - spread) / (1 + z2 / total);
}
