import fc from 'fast-check';
import { addHistograms, emptyHistogram, histogramChange, type Histogram } from '../../src/rating/index.ts';

export const rating = fc.integer({ min: 1, max: 5 });
export const maybeRating = fc.option(rating, { nil: null });

const bar = fc.nat({ max: 1_000_000 });
export const anyHistogram: fc.Arbitrary<Histogram> = fc.tuple(bar, bar, bar, bar, bar);

export function histogramOf(ratings: number[]): Histogram {
  return ratings.map((stars) => histogramChange(null, stars)).reduce(addHistograms, emptyHistogram);
}
