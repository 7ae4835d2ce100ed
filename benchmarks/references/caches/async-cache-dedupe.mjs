// https://github.com/mcollina/async-cache-dedupe: define, and clear after a write; without references, which only cost more.
import { createCache } from 'async-cache-dedupe';
import { Redis } from 'ioredis';

export async function createCached({ redisUrl, database }) {
  const client = new Redis(redisUrl, { enableAutoPipelining: true });
  const cache = createCache({ ttl: 300, storage: { type: 'redis', options: { client } } });
  cache.define('product', (id) => database.find(id));
  return {
    find: (id) => cache.product(id),
    async save(id, version) {
      await database.save(id, version);
      await cache.clear('product', id);
    },
  };
}
