import { withCache, type Cache } from 'ct-common-lib/cache';
import { productTag } from '../products/product.cache.ts';
import type { RatingRepository } from './rating.repository.ts';

/** A rating that was taken over makes the cached product unreadable; also one that was taken over before a crash. */
export const cacheRatings = (ratings: RatingRepository, cache: Cache): RatingRepository =>
  withCache(ratings, {
    cache,
    name: 'ratings',
    reads: {},
    writes: { apply: (_, applied) => [...new Set(applied.map(({ productId }) => productTag(productId)))] },
  });
