// https://cacheable.org/docs/cache-manager: wrap, and del after a write, on its usual store for Redis.
import { createCache } from 'cache-manager';
import { createKeyv } from '@keyv/redis';

export async function createCached({ redisUrl, database }) {
  const cache = createCache({ stores: [createKeyv(redisUrl, { namespace: 'cm' })], ttl: 300_000 });
  return {
    find: (id) => cache.wrap(`product:${id}`, () => database.find(id)),
    async save(id, version) {
      await database.save(id, version);
      await cache.del(`product:${id}`);
    },
  };
}
