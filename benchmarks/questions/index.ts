import type { Question } from '../rig/bench.ts';
import { cacheLibraries } from './cache-libraries.ts';
import { cachedProduct } from './cached-product.ts';
import { deepPages } from './deep-page.ts';
import { importReviews } from './import.ts';
import { largeProduct } from './large-product.ts';
import { missedProduct } from './missed-product.ts';
import { newAverage } from './new-average.ts';
import { newReview } from './new-review.ts';
import { notModified } from './not-modified.ts';
import { ratingBacklog } from './rating-backlog.ts';
import { redisByHand } from './redis-by-hand.ts';
import { relay } from './relay.ts';
import { reviewPage } from './review-page.ts';
import { startAndMemory } from './start-and-memory.ts';
import { twoProcesses } from './two-processes.ts';

/** In the order of the table. */
export const questions: Question[] = [
  cachedProduct,
  notModified,
  reviewPage,
  redisByHand,
  missedProduct,
  newReview,
  newAverage,
  ratingBacklog,
  relay,
  largeProduct,
  deepPages,
  importReviews,
  cacheLibraries,
  startAndMemory,
  twoProcesses,
];
