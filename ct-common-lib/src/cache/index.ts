export { createCache, type Cache, type CacheOptions, type CacheState } from './cache.ts';
export type { CacheStore } from './cache-store.ts';
export { createMemoryStore, type MemoryStoreOptions } from './memory-store.ts';
export type { Codec } from './reader.ts';
export { createRedisStore, type RedisStoreOptions } from './redis-store.ts';
export { createRedisClient, redisUrlSetting, type RedisClientOptions } from './redis-url.ts';
export { withCache, type Reads, type ReadRule, type WithCacheOptions, type Writes } from './with-cache.ts';
