import { setTimeout as sleep } from 'node:timers/promises';
import type { Rig, RigService } from './rig.ts';

/** Something that must have happened in a run, or the run has proved nothing about it. */
interface Sighting {
  name: string;
  /** A line in the services' logs that tells of it. */
  line?: string;
  /** A counter that tells of it: the beginning of its name with labels. */
  counter?: RegExp;
}

export const sightings: readonly Sighting[] = [
  { name: 'a redelivery', counter: /^ct_bus_redelivered_total/ },
  { name: 'a stale version ignored', counter: /^ct_rating_reviews_total\{.*outcome="known"/ },
  { name: 'a confirm time-out', line: '"BUS_TIMEOUT"' },
  { name: 'a relay rolled back', line: 'relay failed, will try again' },
  { name: 'a token mismatch', counter: /^ct_cache_reads_total\{.*result="stale"/ },
  { name: 'a breaker opened', line: 'reads go past the cache' },
  { name: 'a deadlock retried', line: '"40P01"' },
  { name: 'a blocked connection', line: 'RabbitMQ takes no messages now' },
];

const lookEveryMs = 1_000;

/** Looks at the counters while the services live, as they go with them. */
export function watchSightings(rig: Rig) {
  const seen = new Map<string, number>();
  const last = new Map<string, number>();
  const stopping = new AbortController();

  async function look(service: RigService) {
    const metrics = service.isRunning() ? await service.metrics() : undefined;
    for (const [metric, value] of metrics ?? []) {
      const sighting = sightings.find(({ counter }) => counter?.test(metric));
      if (!sighting) continue;
      const key = `${service.name} ${metric}`;
      const before = last.get(key) ?? 0;
      // A counter that is lower than before belongs to a process that was started since.
      const more = value >= before ? value - before : value;
      seen.set(sighting.name, (seen.get(sighting.name) ?? 0) + more);
      last.set(key, value);
    }
  }

  async function watch() {
    while (!stopping.signal.aborted) {
      await Promise.all(rig.services.map(look));
      await sleep(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const watching = watch();

  return {
    /** How often each has happened. */
    async stop(): Promise<Map<string, number>> {
      stopping.abort();
      await watching;
      await Promise.all(rig.services.map(look));
      return new Map(
        sightings.map(({ name, line }) => [
          name,
          line === undefined
            ? (seen.get(name) ?? 0)
            : rig.services.reduce((sum, service) => sum + service.countInLog(line), 0),
        ]),
      );
    },
  };
}
