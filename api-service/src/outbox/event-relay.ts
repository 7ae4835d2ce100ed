import type { Bus } from 'ct-common-lib/bus';
import { createEvent, type Event, type ReviewData, type ReviewEvent } from 'ct-common-lib/events';
import { createRelay, type Delivery, type OutboxRow, type RelayOptions } from 'ct-common-lib/outbox';
import type { RatingRepository } from '../ratings/rating.repository.ts';

/** A row of `outbox`, as the triggers on reviews append it, see migrations 0002 and 0003. */
interface ReviewEventRow extends OutboxRow {
  event_id: string;
  type: ReviewEvent['type'];
  subject: string;
  data: ReviewData;
  /** Of the request that has changed the review, see migration 0009; null: it was not traced. */
  traceparent: string | null;
}

interface Deps extends Pick<RelayOptions<ReviewEventRow>, 'sequelize' | 'log' | 'metrics'> {
  bus: Bus;
  ratings: Pick<RatingRepository, 'linkedStore'>;
}

/**
 * Publishes what happened to reviews. A row goes once the broker has confirmed its event, and not before. Each event
 * names the rating database that is linked: looked up after the rows were claimed, so that an event for a former one
 * tells of a change that whoever made the new link could see.
 */
export function createEventRelay({ sequelize, bus, ratings, log, metrics }: Deps) {
  return createRelay<ReviewEventRow>({
    sequelize,
    table: 'outbox',
    log,
    metrics,
    async deliver(rows, transaction) {
      const store = await ratings.linkedStore(transaction);
      const events: Event[] = [];
      const deliveries = rows.map((row): Delivery | number => {
        try {
          return events.push(eventOf(row, store)) - 1;
        } catch (error) {
          // The row makes no event, now or ever, and it may not keep the others from going.
          return { status: 'parked', reason: error instanceof Error ? error.message : String(error) };
        }
      });
      const outcomes = await bus.publish(events);
      return deliveries.map((delivery) => {
        if (typeof delivery !== 'number') return delivery;
        const outcome = outcomes[delivery];
        if (outcome?.status === 'confirmed') return { status: 'delivered' };
        return { status: 'postponed', reason: outcome?.status === 'refused' ? outcome.reason : 'unroutable' };
      });
    },
  });
}

function eventOf(
  { event_id, type, subject, data, created_at, traceparent }: ReviewEventRow,
  store: string | null,
): Event {
  return createEvent(type, {
    id: event_id,
    source: '/api-service',
    subject,
    time: created_at,
    traceparent: traceparent ?? undefined,
    data: store === null ? data : { ...data, store },
  });
}
