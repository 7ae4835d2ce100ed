import type { Registry } from 'prom-client';
import { TransientError } from '../errors.ts';
import { gather } from '../gather.ts';
import type { Logger } from '../logger.ts';
import { createAsk } from './ask.ts';
import { createBreaker } from './breaker.ts';
import { createCacheMetrics } from './cache-metrics.ts';
import type { CacheStore } from './cache-store.ts';
import { createClaims } from './claims.ts';
import { createToken } from './entry.ts';
import { createLimiter } from '../limiter.ts';
import { createLookUps } from './look-ups.ts';
import { createReader, tagKey, type ReaderOptions } from './reader.ts';
import { within } from '../within.ts';

export interface CacheOptions {
  store: CacheStore;
  log: Logger;
  /** Gets `ct_cache_…`; one cache for each registry. */
  metrics: Registry;
  /**
   * Resolves when every bump that is owed at the time of the call (in the invalidation table) has been made;
   * called before the store is read again after a fault, and at the start. 1 s is the most it may take: after
   * that reads go on past the store, until a later call resolves. Default: none is ever owed.
   */
  settleOwedBumps?: () => Promise<void>;
  /** How long a read waits for the store before it loads. Default 50. */
  readBudgetMs?: number;
  /** Pause between two looks at a store that failed, ± 10 %. Default 1,000. */
  probeIntervalMs?: number;
  /** Loads at once while reads go past the store. Default 32. */
  bypassConcurrency?: number;
  /** Reads that wait for such a load at the most; beyond it `TransientError('OVERLOADED')`. Default 1,000. */
  bypassQueueLength?: number;
}

export type CacheState = 'in-use' | 'bypassed' | 'stopped';

const bumpBudgetMs = 100;
const tagsAtOnce = 100;

/**
 * A cache that is never stale: a read that starts after `bump` has resolved gives nothing older than what the
 * bump stands for. Entries carry the random tokens of their tags, a bump replaces the tokens. Wrap repositories
 * with `withCache`. It must be started; before that, and while the store is away, reads load.
 */
export function createCache({
  store,
  log,
  metrics: registry,
  settleOwedBumps = () => Promise.resolve(),
  readBudgetMs = 50,
  probeIntervalMs = 1000,
  bypassConcurrency = 32,
  bypassQueueLength = 1000,
}: CacheOptions) {
  const metrics = createCacheMetrics(registry);
  const breaker = createBreaker({ store, log, gauge: metrics.breakerOpen, settleOwedBumps, probeIntervalMs });
  const limited = createLimiter({ running: bypassConcurrency, waiting: bypassQueueLength });
  const ask = createAsk({ breaker, log, readBudgetMs });
  const lookUp = createLookUps(ask, store);
  const claim = createClaims(ask, store);
  let stopped = false;

  // Every attempt has a token of its own: one that arrives late must not bring a replaced token back.
  const replaceTokens = (keys: string[]) => within(bumpBudgetMs, store.replaceTokens(keys, createToken()));

  async function bumpOrThrow(tags: string[]): Promise<void> {
    if (tags.length === 0) return;
    try {
      for (let from = 0; from < tags.length; from += tagsAtOnce) {
        const keys = tags.slice(from, from + tagsAtOnce).map(tagKey);
        await replaceTokens(keys).catch(() => replaceTokens(keys));
      }
      metrics.bumps.ok.inc();
    } catch (cause) {
      metrics.bumps.failed.inc();
      breaker.bumpFailed(cause);
      throw new TransientError('BUMP_FAILED', { detail: 'The cache could not be told of a change', cause });
    }
  }

  const bumpTogether = gather(async (asked: string[][]) => {
    await bumpOrThrow([...new Set(asked.flat())]);
    return asked.map(() => undefined);
  });

  return {
    /**
     * Makes everything cached under `tags` unreadable, for all instances; to be called after the commit. Never
     * rejects, and takes 200 ms at the most for every 100 tags that are bumped at once: if the store fails twice, this
     * instance reads past it until `settleOwedBumps` has resolved. Works whether or not the store is being read.
     */
    async bump(tags: string[]): Promise<void> {
      if (tags.length === 0) return;
      try {
        await bumpTogether(tags);
      } catch (error) {
        log.warn({ tags, err: error }, 'a bump is owed');
      }
    },

    /** `bump` for whoever works off the owed ones: throws `TransientError('BUMP_FAILED')` if it is still owed. */
    bumpOrThrow,

    /** Reads values of one kind; used by `withCache`. */
    createReader: <T>(options: ReaderOptions<T>) =>
      createReader<T>({ store, lookUp, claim, limited, metrics, log }, options),

    state(): CacheState {
      if (stopped) return 'stopped';
      return breaker.period() ? 'in-use' : 'bypassed';
    },

    /** Connects and looks at the store once, about 2 s at the most. Never rejects. */
    async start(): Promise<void> {
      await store.start();
      await breaker.start();
    },

    /** Disconnects; reads go on past the store. May be called twice. */
    async stop(): Promise<void> {
      stopped = true;
      breaker.stop();
      await store.stop();
    },
  };
}

export type Cache = ReturnType<typeof createCache>;
