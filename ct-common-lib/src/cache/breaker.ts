import type { Gauge } from 'prom-client';
import type { Logger } from '../logger.ts';
import type { CacheStore } from './cache-store.ts';
import { within } from '../within.ts';

export interface BreakerOptions {
  store: CacheStore;
  log: Logger;
  /** 1 while the store is not read. */
  gauge: Gauge;
  settleOwedBumps: () => Promise<void>;
  probeIntervalMs: number;
}

/** A time in which the store may be read; compared by identity. */
export type Period = object;

const failuresToOpen = 5;
const pingTimeoutMs = 100;
const settleTimeoutMs = 1000;

/**
 * Decides whether the store may be read. It opens (reads go past the store) after 5 failed reads in a row, on
 * one failed bump, and when the connection was lost: in each case a bump may be owed, by this instance or by
 * another. It closes after a probe: the store answers, and every bump that was owed has been made.
 */
export function createBreaker({ store, log, gauge, settleOwedBumps, probeIntervalMs }: BreakerOptions) {
  let period: Period | undefined;
  let periodSession: object | undefined;
  let failures = 0;
  let probing: object | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function open(reason: string, error?: unknown) {
    // A probe that is under way may have settled before this fault: it must not close.
    probing = undefined;
    if (!period) return;
    period = undefined;
    gauge.set(1);
    log.warn({ reason, err: error }, 'reads go past the cache');
    schedule();
  }

  function schedule() {
    if (!stopped) timer = setTimeout(() => void probe(), probeIntervalMs * (0.9 + Math.random() / 5));
  }

  async function probe() {
    const session = store.session();
    const self = (probing = {});
    try {
      await within(pingTimeoutMs, store.ping());
      await within(settleTimeoutMs, settleOwedBumps());
    } catch (error) {
      log.debug({ err: error }, 'the cache cannot be used yet');
      probing = undefined;
    }
    if (stopped || probing !== self || store.session() !== session) return schedule();
    periodSession = session;
    failures = 0;
    period = {};
    gauge.set(0);
    log.info('reads use the cache');
  }

  return {
    /** The present period; `undefined` while the store must not be read. */
    period(): Period | undefined {
      if (period && store.session() !== periodSession) open('the connection was lost');
      return period;
    },

    readSucceeded() {
      failures = 0;
    },

    readFailed(begun: Period, error: unknown) {
      if (begun === period && ++failures >= failuresToOpen) open('reads failed', error);
    },

    bumpFailed(error: unknown) {
      open('a bump failed', error);
    },

    /** Probes for the first time: until it has succeeded the store is not read. */
    start: probe,

    stop() {
      stopped = true;
      clearTimeout(timer);
      period = undefined;
      gauge.set(1);
    },
  };
}

export type Breaker = ReturnType<typeof createBreaker>;
