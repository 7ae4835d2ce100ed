import { Counter, Gauge, type Registry } from 'prom-client';

/** The metrics of one cache. Throws if the registry has those of another already. */
export function createCacheMetrics(registry: Registry) {
  const registers = [registry];
  const reads = new Counter({
    name: 'ct_cache_reads_total',
    help: 'Values asked for: hit, miss (none kept), stale (its tags were bumped), bypass (read past the store)',
    labelNames: ['cache', 'result'],
    registers,
  });
  const loads = new Counter({
    name: 'ct_cache_loads_total',
    help: 'Calls of a wrapped read',
    labelNames: ['cache'],
    registers,
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
    readsOf: (cache: string) => ({
      hit: reads.labels(cache, 'hit'),
      miss: reads.labels(cache, 'miss'),
      stale: reads.labels(cache, 'stale'),
      bypass: reads.labels(cache, 'bypass'),
      load: loads.labels(cache),
    }),
  };
}

export type CacheMetrics = ReturnType<typeof createCacheMetrics>;
