import { PoisonMessageError, TransientError } from 'ct-common-lib';
import type { EventHandler } from 'ct-common-lib/bus';
import type { RatingData } from 'ct-common-lib/events';
import { isTransientPostgresError, withTransientRetry } from 'ct-common-lib/postgres';
import type { RatingRepository } from './rating.repository.ts';

export interface RatingConsumerDeps {
  ratings: RatingRepository;
  /** Called after each commit: the triggers have left rows for the relays. */
  wakeRelays: () => void;
}

/** Handles `rating-updated`: of each product the highest version counts, in a batch as over time. */
export function createRatingConsumer({ ratings, wakeRelays }: RatingConsumerDeps): EventHandler {
  return async (events) => {
    const newest = new Map<string, RatingData>();
    for (const event of events) {
      if (event.type !== 'rating-updated')
        throw new PoisonMessageError('UNEXPECTED_TYPE', { detail: `Not a rating: ${event.type}` });
      const { data } = event;
      if (data.version > (newest.get(data.productId)?.version ?? -1)) newest.set(data.productId, data);
    }
    try {
      await withTransientRetry(() => ratings.apply([...newest.values()]));
    } catch (cause) {
      if (!isTransientPostgresError(cause)) throw cause;
      throw new TransientError('DATABASE_UNAVAILABLE', {
        detail: 'The ratings could not be stored for now',
        cause,
      });
    }
    wakeRelays();
  };
}
