import { withCache, type Cache } from 'ct-common-lib/cache';
import { representationCodec } from 'ct-common-lib/http';
import type { ReviewRepository } from './review.repository.ts';

/** Tags as the triggers write them, see migration 0003. */
export const reviewTag = (id: string) => `review:${id}`;
const listTag = (productId: string) => `reviews-of:${productId}`;

/** Reviews by way of the cache. A list holds ids only; each item is read through its own entry. */
export const cacheReviews = (reviews: ReviewRepository, cache: Cache): ReviewRepository =>
  withCache(reviews, {
    cache,
    name: 'reviews',
    reads: {
      find: {
        key: (id) => `{review:${id}}`,
        tags: (id) => [reviewTag(id)],
        ttlSeconds: 300,
        // Inserts do not touch this tag (an import has too many), so an id that was asked for in vain is soon asked for again.
        nullTtlSeconds: 1,
        codec: representationCodec,
      },
      findMany: { each: 'find' },
      listIds: {
        key: (productId, query) => `{reviews-of:${productId}}:${JSON.stringify(query)}`,
        tags: (productId) => [listTag(productId)],
        ttlSeconds: 2,
      },
    },
    writes: {
      create: ({ productId }) => [listTag(productId)],
      // Also of a replay: whoever did it first may have died before this.
      createOnce: (_created, { productId }) => [listTag(productId)],
      update: (review) => (review ? [reviewTag(review.id), listTag(review.productId)] : []),
      remove: (review) => (review ? [reviewTag(review.id), listTag(review.productId)] : []),
    },
  });
