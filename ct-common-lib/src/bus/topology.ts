import { reviewEventTypes, type EventType } from '../events/index.ts';

/** The one exchange: topic, durable, routing key = event type. */
export const exchangeName = 'ct.events';

/** Which events each queue receives: the one definition, for both buses and both services. */
export const queues = {
  'rating-service.reviews': { bindings: reviewEventTypes },
  'api-service.ratings': { bindings: ['rating-updated'] },
} as const satisfies Record<string, { bindings: readonly EventType[] }>;

export type QueueName = keyof typeof queues;

/** Where a queue's messages go that no retry would ever make right. */
export const parkedQueueOf = (queue: string) => `${queue}.parked`;

/** The queues whose bindings take events of this type. */
export function queuesFor(type: string): QueueName[] {
  return (Object.keys(queues) as QueueName[]).filter((queue) => takes(queue, type));
}

/** Whether the queue is bound for events of this type. */
export function takes(queue: QueueName, type: string): boolean {
  return (queues[queue].bindings as readonly string[]).includes(type);
}

// A full queue refuses what is published, so the outbox keeps it: dropping the oldest would lose it.
const bounded = { 'x-queue-type': 'quorum', 'x-max-length': 1_000_000, 'x-overflow': 'reject-publish' };

/**
 * The arguments of a queue and of its parking queue, for RabbitMQ 3.10 to 4.x. The broker answers 406 to a
 * declaration that differs from the queue it has, so a change here needs a new queue name.
 */
export const queueArguments = {
  queue: (queue: string) => ({
    ...bounded,
    // Every kill of a consumer counts as a delivery of all it had prefetched: RabbitMQ 4's default of 20 would park innocent messages.
    'x-delivery-limit': 1_000,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': parkedQueueOf(queue),
    'x-dead-letter-strategy': 'at-least-once',
  }),
  // Whoever looks at a parked message and puts it back makes a delivery of it, and nothing catches what goes over this limit.
  parked: () => ({ ...bounded, 'x-delivery-limit': 1_000_000 }),
};
