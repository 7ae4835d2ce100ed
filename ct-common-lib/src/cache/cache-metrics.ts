import { Counter, Gauge, type Registry } from 'prom-client';

/** What a reader has counted since it was last collected. */
export interface ReadCounts {
  hit: number;
  miss: number;
  stale: number;
  bypass: number;
  load: number;
}

/** The metrics of one cache. Throws if the registry has those of another already. */
export function createCacheMetrics(registry: Registry) {
  const registers = [registry];
  // A counter looks its labels up at each step, which takes as long as half a read: readers count in numbers of their own.
  const counted: { cache: string; counts: ReadCounts }[] = [];
  new Counter({
    name: 'ct_cache_reads_total',
    help: 'Values asked for: hit, miss (none kept), stale (its tags were bumped), bypass (read past the store)',
    labelNames: ['cache', 'result'],
    registers,
    collect() {
      for (const { cache, counts } of counted) {
        for (const result of ['hit', 'miss', 'stale', 'bypass'] as const) {
          this.inc({ cache, result }, counts[result]);
          counts[result] = 0;
        }
      }
    },
  });
  new Counter({
    name: 'ct_cache_loads_total',
    help: 'Calls of a wrapped read',
    labelNames: ['cache'],
    registers,
    collect() {
      for (const { cache, counts } of counted) {
        this.inc({ cache }, counts.load);
        counts.load = 0;
      }
    },
  });
  const bumps = new Counter({
    name: 'ct_cache_bumps_total',
    help: 'Bumps by result: ok, or failed (owed until the invalidation table is worked off)',
    labelNames: ['result'],
    registers,
  });
  const breakerOpen = new Gauge({
    name: 'ct_cache_breaker_open',
    help: '1 while reads go past the store',
    registers,
  });
  breakerOpen.set(1);

  return {
    breakerOpen,
    bumps: { ok: bumps.labels('ok'), failed: bumps.labels('failed') },
    /** For one reader to count in. */
    readsOf(cache: string): ReadCounts {
      const counts = { hit: 0, miss: 0, stale: 0, bypass: 0, load: 0 };
      counted.push({ cache, counts });
      return counts;
    },
  };
}

export type CacheMetrics = ReturnType<typeof createCacheMetrics>;
