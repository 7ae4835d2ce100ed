import { withCache, type Cache } from 'ct-common-lib/cache';
import { representationCodec } from 'ct-common-lib/http';
import type { ProductRepository } from './product.repository.ts';

/** Tags as the triggers write them, see migration 0003. */
export const productTag = (id: string) => `product:${id}`;
const listTag = 'products';

/**
 * Products by way of the cache. A list holds ids only; each item is read through its own entry, so it is never
 * staler in a list than alone. A new rating moves no tag of the lists: their order may lag by their 2 s.
 */
export const cacheProducts = (products: ProductRepository, cache: Cache): ProductRepository =>
  withCache(products, {
    cache,
    name: 'products',
    reads: {
      find: {
        key: (id) => `{product:${id}}`,
        tags: (id) => [productTag(id)],
        ttlSeconds: 300,
        codec: representationCodec,
      },
      findMany: { each: 'find' },
      findRating: {
        key: (id) => `{product:${id}}:rating`,
        tags: (id) => [productTag(id)],
        ttlSeconds: 300,
        codec: representationCodec,
      },
      findRatings: { each: 'findRating' },
      listIds: {
        key: (query) => `{products}:${JSON.stringify(query)}`,
        tags: () => [listTag],
        ttlSeconds: 2,
      },
    },
    writes: {
      create: ({ id }) => [productTag(id), listTag],
      // Also of a replay: whoever did it first may have died before this.
      createOnce: ({ id }) => [productTag(id), listTag],
      update: (product, id) => (product ? [productTag(id), listTag] : []),
      remove: (removed, id) => (removed ? [productTag(id), listTag, `reviews-of:${id}`] : []),
    },
  });
