import type { Event } from '../events/index.ts';
import type { QueueName } from './topology.ts';

/** What became of one event that was to be published. */
export type PublishOutcome =
  /** Every queue that takes its type has it. In process: every consumer has handled it. */
  | { status: 'confirmed' }
  /** A queue that takes its type is not there (yet). */
  | { status: 'unroutable' }
  /** The broker refused it, or a consumer in this process failed on it. */
  | { status: 'refused'; reason: string };

/**
 * Handles deliveries in the order of arrival, one batch at a time. It returns to acknowledge all of them.
 * It throws `PoisonMessageError` to park: a batch of several is then handled in a hundred pieces, or one by one, so that
 * the good ones go on. It throws anything else to have the deliveries again, after a pause that grows: for as long
 * as it takes if that is a `TransientError`, more than 500 in pieces from the third time on; otherwise, over RabbitMQ, one
 * that has failed 10 times in a batch, 10 times in each smaller piece and 10 times alone is parked as `HANDLER_FAILED`.
 */
export type EventHandler = (events: Event[]) => Promise<void>;

export const defaultBatchSize = 500;

export interface SubscribeOptions {
  /** Deliveries handed over at once at the most. Default 500; RabbitMQ sends twice as many ahead. */
  batchSize?: number;
}

export type BusState = 'connected' | 'connecting' | 'blocked' | 'stopped';

/** Publishes and consumes events. Two implementations, RabbitMQ and in process; `describeBus` is their suite. */
export interface Bus {
  /**
   * Publishes events and waits until each is settled, 5 s for every 500 of them at the most. Outcomes are in the
   * order of `events`. Throws `TransientError` if nothing can be published now; then any of them may still
   * have arrived, and the same events must be published again.
   */
  publish(events: Event[]): Promise<PublishOutcome[]>;
  /** Consumes a queue from `start` on. To be called before it, once for each queue. */
  subscribe(queue: QueueName, handler: EventHandler, options?: SubscribeOptions): void;
  /** Begins to connect, and returns at once: a broker that is away stops nobody from starting. */
  start(): Promise<void>;
  /** Takes no more deliveries, lets the running batch finish, and disconnects. May be called twice. */
  stop(): Promise<void>;
  state(): BusState;
}
