import { ratingSum, reviewCount, type Histogram } from './histogram.ts';
import { roundedQuotient } from './rounding.ts';

export interface BayesianPrior {
  /**
   * What a product is taken for before anybody has reviewed it: 1 to 5, at most two decimals. Default 3, the
   * middle of the scale: it favours nobody, and needs no figure about all products that would have to be kept.
   */
  priorMean?: number;
  /**
   * How many reviews the prior counts for: an integer from 1. Default 10: one review of 5 stars then gives
   * 3.18 and not 5, and from 10 reviews on a product's own say is the greater one.
   */
  priorWeight?: number;
}

/**
 * The average drawn towards the prior, so that few reviews do not outrank many; 1 to 5, rounded half-up to
 * two decimals on integers alone, exact up to 4e11 stars. Throws RangeError if the prior is out of range.
 *
 *     (priorWeight * priorMean + ratingSum) / (priorWeight + reviewCount)
 *
 * This is the posterior mean with a Dirichlet prior over the stars (Gelman et al., Bayesian Data Analysis,
 * 3rd ed., section 3.4), known from IMDb's Top 250 as the weighted rating.
 */
export function bayesianAverage(
  histogram: Histogram,
  { priorMean = 3, priorWeight = 10 }: BayesianPrior = {},
): number {
  const meanHundredths = Math.round(priorMean * 100);
  if (meanHundredths / 100 !== priorMean || priorMean < 1 || priorMean > 5) {
    throw new RangeError(`priorMean is a number from 1 to 5 with at most two decimals, not ${priorMean}`);
  }
  if (!Number.isSafeInteger(priorWeight) || priorWeight < 1) {
    throw new RangeError(`priorWeight is an integer from 1, not ${priorWeight}`);
  }
  return roundedQuotient(
    priorWeight * meanHundredths + 100 * ratingSum(histogram),
    100 * (priorWeight + reviewCount(histogram)),
  );
}
