import { Counter, PoisonMessageError, TransientError, type Registry } from 'ct-common-lib';
import type { Bus, EventHandler } from 'ct-common-lib/bus';
import { createEvent, type Event, type ReviewData } from 'ct-common-lib/events';
import { averageRating, ratingSum, reviewCount } from 'ct-common-lib/rating';
import type { ProductRating } from './product-rating.repository.ts';
import type { RatingService } from './rating.service.ts';

export interface RatingConsumerDeps {
  ratings: RatingService;
  bus: Pick<Bus, 'publish'>;
  metrics: Registry;
}

/**
 * Handles a batch of review events: applies them, then publishes the rating of every product that they are
 * about, and returns only once these are confirmed. So a crash at any point brings the batch again, and the
 * repetition, which changes nothing any more, publishes what may have been lost.
 */
export function createRatingConsumer({ ratings, bus, metrics }: RatingConsumerDeps): EventHandler {
  const handled = new Counter({
    name: 'ct_rating_reviews_total',
    help: 'Reviews taken in, by whether they were newer than what was known, or from before a rebuild',
    labelNames: ['outcome'],
    registers: [metrics],
  });

  return async (events) => {
    const applied = await ratings.apply(events.map(reviewOf));
    handled.inc({ outcome: 'newer' }, applied.newer);
    handled.inc({ outcome: 'known' }, events.length - applied.newer - applied.superseded);
    handled.inc({ outcome: 'superseded' }, applied.superseded);
    const causes = causesByProduct(events);
    const outcomes = await bus.publish(
      applied.ratings.map((rating) => ratingUpdated(rating, applied.store, causes.get(rating.productId))),
    );
    const failed = outcomes.filter(({ status }) => status !== 'confirmed');
    if (failed.length === 0) return;
    throw new TransientError('RATING_NOT_PUBLISHED', {
      detail: `${failed.length} of ${outcomes.length} ratings were not taken by the bus`,
      facts: { outcome: failed[0] },
    });
  };
}

function reviewOf(event: Event): ReviewData {
  if (event.type === 'rating-updated') {
    throw new PoisonMessageError('UNEXPECTED_EVENT_TYPE', {
      detail: `${event.type} is no event of a review`,
    });
  }
  return event.data;
}

/** What a rating follows from. */
interface Cause {
  /** When the first of the changes was made. */
  changedAt: number;
  /** Of the last of them that is traced. */
  traceparent: string | undefined;
}

function causesByProduct(events: Event[]): Map<string, Cause> {
  const causes = new Map<string, Cause>();
  for (const { subject, time, traceparent } of events) {
    const known = causes.get(subject);
    causes.set(subject, {
      changedAt: Math.min(Date.parse(time), known?.changedAt ?? Infinity),
      traceparent: traceparent ?? known?.traceparent,
    });
  }
  return causes;
}

function ratingUpdated(
  { productId, histogram, version, updatedAt }: ProductRating,
  store: string | undefined,
  cause: Cause | undefined,
): Event {
  return createEvent('rating-updated', {
    // The same rating has the same id, however often it is published.
    id: `${productId}:${version}`,
    source: '/rating-service',
    subject: productId,
    time: updatedAt,
    traceparent: cause?.traceparent,
    data: {
      productId,
      reviewCount: reviewCount(histogram),
      ratingSum: ratingSum(histogram),
      distribution: [...histogram],
      averageRating: averageRating(histogram),
      version,
      store,
      changedAt: cause && new Date(cause.changedAt).toISOString(),
    },
  });
}
