import type { Logger } from '../logger.ts';
import type { Breaker } from './breaker.ts';
import { within } from '../within.ts';

export interface AskDeps {
  breaker: Breaker;
  log: Logger;
  readBudgetMs: number;
}

/** Lets questions through to the store while the breaker does. */
export function createAsk({ breaker, log, readBudgetMs }: AskDeps) {
  /** What the store answers; `undefined`: it must not be read now, or failed. Never rejects. */
  return async function ask<A>(question: () => Promise<A>): Promise<A | undefined> {
    const period = breaker.period();
    if (!period) return undefined;
    try {
      const answer = await within(readBudgetMs, question());
      breaker.readSucceeded();
      // If a bump failed meanwhile, the answer may be older than the write that it belongs to.
      return breaker.period() === period ? answer : undefined;
    } catch (error) {
      log.debug({ err: error }, 'the cache could not be read');
      breaker.readFailed(period, error);
      return undefined;
    }
  };
}

export type Ask = ReturnType<typeof createAsk>;
