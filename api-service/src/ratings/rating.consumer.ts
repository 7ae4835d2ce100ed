import {
  Counter,
  Histogram,
  PoisonMessageError,
  TransientError,
  type Logger,
  type Registry,
} from 'ct-common-lib';
import type { EventHandler } from 'ct-common-lib/bus';
import type { Event, RatingData } from 'ct-common-lib/events';
import { isMissingDatabaseError, isTransientPostgresError, withTransientRetry } from 'ct-common-lib/postgres';
import type { RatingRepository } from './rating.repository.ts';

export interface RatingConsumerDeps {
  ratings: RatingRepository;
  log: Logger;
  metrics: Registry;
}

const warningIntervalMs = 60_000;

/** Handles `rating-updated`: of each product the highest version counts, in a batch as over time. */
export function createRatingConsumer({ ratings, log, metrics }: RatingConsumerDeps): EventHandler {
  const refused = new Counter({
    name: 'ct_ratings_refused_total',
    help: 'Ratings ignored because they come from a rating database that is not the linked one',
    registers: [metrics],
  });
  const delay = new Histogram({
    name: 'ct_rating_delay_seconds',
    help: 'Time from the change of a review to its rating being served, of the oldest review in each rating taken over',
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 10_000],
    registers: [metrics],
  });
  let warnedAt = -Infinity;

  function warnOf(stores: (string | null)[]) {
    refused.inc(stores.length);
    if (stores.length === 0 || Date.now() - warnedAt < warningIntervalMs) return;
    warnedAt = Date.now();
    log.error(
      { ratings: stores.length, store: stores[0] },
      'ratings of a rating database that is not the linked one are ignored; unless a rebuild is running: npm run ratings:rebuild',
    );
  }

  function observe(taken: RatingData[]) {
    const now = Date.now();
    for (const { changedAt } of taken)
      // By two clocks, that of PostgreSQL and ours.
      if (changedAt) delay.observe(Math.max(0, now - Date.parse(changedAt)) / 1000);
  }

  return async (events) => {
    const told = events.map(ratingOf);
    try {
      const refusedStores = await withTransientRetry(() => ratings.apply(told), { log });
      warnOf(refusedStores);
      observe(told.filter(({ store }) => !refusedStores.includes(store ?? null)));
    } catch (cause) {
      if (!isTransientPostgresError(cause) && !isMissingDatabaseError(cause)) throw cause;
      throw new TransientError('DATABASE_UNAVAILABLE', {
        detail: 'The ratings could not be stored for now',
        cause,
      });
    }
  };
}

function ratingOf(event: Event): RatingData {
  if (event.type === 'rating-updated') return event.data;
  throw new PoisonMessageError('UNEXPECTED_TYPE', { detail: `Not a rating: ${event.type}` });
}
