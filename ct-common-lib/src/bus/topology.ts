import { reviewEventTypes, type EventType } from '../events/index.ts';

/** The one exchange: topic, durable, routing key = event type. */
export const exchangeName = 'ct.events';

/** Which events each queue receives: the one definition, for both buses and both services. */
export const queues = {
  'rating-service.reviews': { bindings: reviewEventTypes },
  'api-service.ratings': { bindings: ['rating-updated'] },
} as const satisfies Record<string, { bindings: readonly EventType[] }>;

export type QueueName = keyof typeof queues;
