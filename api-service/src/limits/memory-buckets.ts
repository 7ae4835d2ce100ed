import { LRUCache } from 'lru-cache';
import { hasToken, type BucketStore } from './bucket.ts';

const maxBytes = 16 * 1024 * 1024;
/** What one key costs beside its characters, about. */
const overheadBytes = 128;

const monotonicMicros = () => Math.trunc(performance.now() * 1000);

/** Buckets of this process, in at most 16 MiB: what was unused the longest goes first, and is full when it comes again. */
export function createMemoryBuckets(nowMicros = monotonicMicros) {
  const fullAt = new LRUCache<string, number>({
    maxSize: maxBytes,
    sizeCalculation: (_fullAt, key) => 2 * key.length + overheadBytes,
  });

  return {
    take(key, bucket): number {
      const now = nowMicros();
      const lackMicros = Math.max((fullAt.get(key) ?? now) - now, 0);
      if (hasToken(bucket, lackMicros)) fullAt.set(key, now + lackMicros + bucket.tokenMicros);
      return lackMicros;
    },
  } satisfies BucketStore;
}
