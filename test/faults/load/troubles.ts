import { availableParallelism, loadavg } from 'node:os';
import type { Part } from '../fault.ts';

/** A point in time, to ask what there has been since. */
export type Mark = Readonly<Record<Part | 'lag', number>> & { at: number };

const tickMs = 20;
/** Processes that wait for each processor: several times what a run makes by itself. */
const starvingLoad = 5;
const parts: readonly Part[] = ['postgres', 'redis', 'rabbit', 'api', 'rating'];

/**
 * Measures for how long faults have had hold of each part, and for how long this process itself was kept from running: neither
 * is the system's own slowness.
 */
export function createTroubles(activeParts: () => ReadonlySet<Part>) {
  const total = { postgres: 0, redis: 0, rabbit: 0, api: 0, rating: 0, lag: 0 };
  const lastAt: Partial<Record<Part, number>> = {};
  let at = Date.now();

  function tick() {
    const now = Date.now();
    const passed = now - at;
    at = now;
    total.lag += Math.max(0, passed - 2 * tickMs);
    for (const part of activeParts()) {
      total[part] += passed;
      lastAt[part] = now;
    }
  }
  const timer = setInterval(tick, tickMs);

  return {
    mark: (): Mark => ({ ...total, at: Date.now() }),

    /** Milliseconds since the mark in which this process did not run when it should have. */
    lagSince: (mark: Mark) => total.lag - mark.lag,

    /** Milliseconds since the mark in which a fault had hold of the part. */
    since(mark: Mark, part: Part) {
      tick();
      return total[part] - mark[part];
    },

    /** Whether a fault has had hold of the part since the mark, or at most so many milliseconds before it. */
    touched(mark: Mark, part: Part, graceMs: number) {
      tick();
      return (lastAt[part] ?? -Infinity) >= mark.at - graceMs;
    },

    /** Whether this machine is so busy with other things that nothing follows from how long something takes. */
    isStarving: () => loadavg()[0]! > starvingLoad * availableParallelism(),

    names: () => parts.filter((part) => activeParts().has(part)).join(' + ') || 'none',

    stop: () => clearInterval(timer),
  };
}

export type Troubles = ReturnType<typeof createTroubles>;
