// https://bentocache.dev: getOrSet, and delete after a write. No memory layer, as the others have none here.
import { BentoCache, bentostore } from 'bentocache';
import { redisDriver } from 'bentocache/drivers/redis';
import { Redis } from 'ioredis';

export async function createCached({ redisUrl, database }) {
  const connection = new Redis(redisUrl, { enableAutoPipelining: true });
  const cache = new BentoCache({
    default: 'redis',
    stores: { redis: bentostore().useL2Layer(redisDriver({ connection, prefix: 'bento' })) },
  });
  return {
    find: (id) => cache.getOrSet({ key: `product:${id}`, factory: () => database.find(id), ttl: '5m' }),
    async save(id, version) {
      await database.save(id, version);
      await cache.delete({ key: `product:${id}` });
    },
  };
}
