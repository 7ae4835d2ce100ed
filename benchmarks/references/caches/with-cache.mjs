// The project's own, as built for production.
import { createCache, createRedisStore, withCache } from 'ct-common-lib/cache';
import { createLogger, Registry } from 'ct-common-lib';

export async function createCached({ redisUrl, database }) {
  const log = createLogger({ name: 'caches', level: 'info' });
  const store = createRedisStore({ url: redisUrl, log });
  const cache = createCache({ store, log, metrics: new Registry() });
  await cache.start();
  if (cache.state() !== 'in-use') throw new Error('Redis does not answer');
  return withCache(database, {
    cache,
    name: 'products',
    reads: { find: { key: (id) => `{product:${id}}`, tags: (id) => [`product:${id}`], ttlSeconds: 300 } },
    writes: { save: ({ id }) => [`product:${id}`] },
  });
}
