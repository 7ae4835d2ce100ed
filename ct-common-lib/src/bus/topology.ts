import { reviewEventTypes, type EventType } from '../events/index.ts';

/**
 * The exchange for whoever else listens: topic, durable, routing key = event type. The queues below are fed past it,
 * by their names, as a binding can be lost.
 */
export const exchangeName = 'ct.events';

/** Which events each queue receives: the one definition, for both buses and both services. */
export const queues = {
  'rating-service.reviews': { types: reviewEventTypes },
  'api-service.ratings': { types: ['rating-updated'] },
} as const satisfies Record<string, { types: readonly EventType[] }>;

export type QueueName = keyof typeof queues;

export const queueNames = Object.keys(queues) as QueueName[];

/** Where a queue's messages go that no retry would ever make right. */
export const parkedQueueOf = (queue: string) => `${queue}.parked`;

/** The queues that take events of this type. */
export function queuesFor(type: string): QueueName[] {
  return queueNames.filter((queue) => takes(queue, type));
}

/** Whether the queue takes events of this type. */
export function takes(queue: QueueName, type: string): boolean {
  return (queues[queue].types as readonly string[]).includes(type);
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
    // By the default strategy: under at-least-once RabbitMQ 3.10 loses, for all queues until its next start, what serves this
    // strategy when a queue is deleted in the moment in which it is created.
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': parkedQueueOf(queue),
  }),
  // Whoever looks at a parked message and puts it back makes a delivery of it, and nothing catches what goes over this limit.
  parked: () => ({ ...bounded, 'x-delivery-limit': 1_000_000 }),
};
