import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from '../service-process.ts';

const everyMs = 500;
const keptSamples = 240;
const metric = /^ct_cache_bumps_total\{.*result="failed"/;

interface Sample {
  at: number;
  /** Undefined: it did not say. */
  failed: number | undefined;
}

/** Watches which api-service could not tell the cache of a write: only then may others show the state before, for a moment. */
export function watchFailedBumps(apis: readonly ServiceProcess[]) {
  const samples = new Map<ServiceProcess, Sample[]>(apis.map((api) => [api, []]));
  const stopping = new AbortController();

  async function sample(api: ServiceProcess): Promise<Sample> {
    const at = Date.now();
    const metrics = api.isRunning() ? await api.metrics() : undefined;
    const found = [...(metrics ?? [])].find(([name]) => metric.test(name));
    return { at, failed: metrics && (found?.[1] ?? 0) };
  }

  async function watch(api: ServiceProcess) {
    const kept = samples.get(api)!;
    while (!stopping.signal.aborted) {
      kept.push(await sample(api));
      if (kept.length > keptSamples) kept.shift();
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const watching = Promise.all(apis.map(watch));

  return {
    /** Whether a bump of this instance has failed since, as far as can be known: its counter ends with the process. */
    async since(api: ServiceProcess, time: number): Promise<boolean> {
      const before = samples.get(api)!.findLast(({ at }) => at < time)?.failed;
      const { failed } = await sample(api);
      return before === undefined || failed === undefined || failed !== before;
    },

    async stop() {
      stopping.abort();
      await watching;
    },
  };
}

export type FailedBumps = Awaited<ReturnType<typeof watchFailedBumps>>;
