import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from '../load/load.ts';
import type { Rig, RigService } from '../rig.ts';
import { createCommittedCheck } from './committed.ts';

export interface AlwaysOptions {
  violation: (text: string) => void;
}

const everyMs = 2_000;
const mostRssBytes = 350 * 2 ** 20;
/** Two batches of 500, of which one is being handled, and the broker's prefetch. */
const mostWaiting = 2_000;

/** One statement sees one moment, in which the histogram must be the sum of the register. */
const sumSql = `
  SELECT product_id,
         ARRAY[histogram.n1, histogram.n2, histogram.n3, histogram.n4, histogram.n5, histogram.version]::text AS histogram,
         ARRAY[register.n1, register.n2, register.n3, register.n4, register.n5, register.version]::text AS register
    FROM product_rating AS histogram
    FULL JOIN (
      SELECT product_id,
             count(*) FILTER (WHERE rating = 1) AS n1, count(*) FILTER (WHERE rating = 2) AS n2,
             count(*) FILTER (WHERE rating = 3) AS n3, count(*) FILTER (WHERE rating = 4) AS n4,
             count(*) FILTER (WHERE rating = 5) AS n5, sum(version) AS version
        FROM review_state GROUP BY product_id
    ) AS register USING (product_id)
   WHERE (histogram.n1, histogram.n2, histogram.n3, histogram.n4, histogram.n5, histogram.version::numeric)
         IS DISTINCT FROM (register.n1, register.n2, register.n3, register.n4, register.n5, register.version)
     AND coalesce(histogram.version, -1) + coalesce(register.version, 0) <> 0`;

/** Looks again and again, while faults go on, for what must never be. A database that does not answer is looked at later. */
export async function watchAlways(rig: Rig, load: Load, { violation }: AlwaysOptions) {
  const stopping = new AbortController();
  const committed = createCommittedCheck({ rig, tap: load.tap, sightings: load.sightings, violation });
  const told = new Set<string>();
  let looks = 0;
  let inVain = 0;

  /** What stays wrong is told once. */
  function once(text: string) {
    if (told.has(text)) return;
    told.add(text);
    violation(text);
  }

  async function sums() {
    const rows = await rig.postgres.query<{ product_id: string; histogram: string; register: string }>(
      'ct_rating',
      sumSql,
    );
    for (const { product_id, histogram, register } of rows)
      once(
        `product ${product_id} has the histogram and version ${histogram}; by its register it is ${register}`,
      );
  }

  async function histories() {
    for (const database of ['ct_api', 'ct_rating']) {
      const rows = await rig.postgres.query<{ id: string; at: Date; what: string }>(
        database,
        'SELECT id, at, what FROM rig.violations ORDER BY id LIMIT 100',
      );
      for (const { id, at, what } of rows) once(`${database} #${id} at ${at.toISOString()}: ${what}`);
    }
  }

  async function processes() {
    await Promise.all(rig.services.map(bounds));
    for (const { name, unplannedExits } of rig.services)
      unplannedExits.forEach((exit, index) => once(`${name} ended by itself (${index + 1}): ${exit}`));
  }

  async function bounds(service: RigService) {
    const rssBytes = service.rssBytes();
    if (rssBytes > mostRssBytes)
      once(`${service.name} takes ${Math.round(rssBytes / 2 ** 20)} MiB of memory`);
    for (const [metric, value] of (await service.metrics()) ?? [])
      if (metric.startsWith('ct_bus_waiting') && value > mostWaiting)
        once(`${service.name} keeps ${value} deliveries waiting`);
  }

  async function look() {
    const checks = [sums(), histories(), committed.check(), processes()];
    const results = await Promise.allSettled(checks);
    looks++;
    if (results.some(({ status }) => status === 'rejected')) inVain++;
  }

  async function watch() {
    while (!stopping.signal.aborted) {
      await look();
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const watching = watch();

  return {
    /** Looks for the last time, at everything, and tells how much was looked at. */
    async stop(): Promise<Record<string, number>> {
      stopping.abort();
      await watching;
      const inVainBefore = inVain;
      await look();
      if (inVain > inVainBefore) violation('the last look at what must always hold was not possible');
      return { 'looks at the invariants': looks, 'of these in part in vain': inVain, ...committed.figures() };
    },
  };
}
