import { PoisonMessageError, TransientError } from '../errors.ts';
import { decodeEvent, type Event } from '../events/index.ts';
import type { Logger } from '../logger.ts';
import { within } from './waiting.ts';
import type { BusMetrics } from './bus-metrics.ts';
import type { EventHandler } from './bus.ts';
import { takes, type QueueName } from './topology.ts';

/** One message on its way to a handler. */
export interface Delivery {
  content: Buffer;
  /** How often a handler has been given it here. */
  attempts: number;
  /** When a handler first failed on it. */
  failedAt?: Date;
}

/**
 * What comes of deliveries that a handler threw at: handed over `again`, or in a hundred pieces (`split`), which are one by one
 * in the end, `park`ed, or `left`, because this consumer has nothing more to do with them.
 */
export type Verdict = 'again' | 'split' | 'park' | 'left';

/** What a consumer needs of the bus whose deliveries it hands over. */
export interface DeliveryRules<D extends Delivery> {
  /** False once nobody waits for this delivery any more: it is passed over. */
  isLive(delivery: D): boolean;
  ack(batch: D[]): void;
  /** Puts a delivery aside for good. Throws if that cannot be done now. */
  park(delivery: D, reason: PoisonMessageError): Promise<void>;
  /**
   * Judges a failure other than poison, after the pause that is due. `failures` counts all of them in a row,
   * `faults` those that were no `TransientError`.
   */
  judge(batch: D[], error: unknown, count: { failures: number; faults: number }): Promise<Verdict>;
}

export interface ConsumerOptions<D extends Delivery> {
  queue: QueueName;
  handler: EventHandler;
  batchSize: number;
  rules: DeliveryRules<D>;
  log: Logger;
  metrics: BusMetrics;
}

interface Decoded<D> {
  delivery: D;
  event: Event;
}

const stopTimeoutMs = 10_000;
const pieces = 100;
/** A batch larger than that which has failed as often in a row is split: a slow helper may get through its pieces in time. */
const large = { deliveries: 500, failures: 3 };

/** Hands the deliveries of one queue to its handler: in order, one batch at a time, never waiting for more. */
export function createConsumer<D extends Delivery>({
  queue,
  handler,
  batchSize,
  rules,
  log,
  metrics,
}: ConsumerOptions<D>) {
  let waiting: D[] = [];
  let running: Promise<void> | undefined;
  let stopped = false;

  async function run() {
    // What came in the same packet goes into the same batch.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, batchSize);
      metrics.waiting.set({ queue }, waiting.length);
      await take(batch);
    }
    running = undefined;
  }

  async function take(batch: D[]) {
    const good: Decoded<D>[] = [];
    for (const delivery of batch) {
      try {
        good.push({ delivery, event: decode(delivery.content) });
      } catch (error) {
        await park(delivery, asPoison(error));
      }
    }
    await handle(good);
  }

  function decode(content: Buffer): Event {
    const event = decodeEvent(content);
    if (takes(queue, event.type)) return event;
    throw new PoisonMessageError('WRONG_QUEUE', {
      detail: `The queue takes no ${event.type} events`,
    });
  }

  async function handle(decoded: Decoded<D>[]): Promise<void> {
    // An earlier delivery may have ended by losing its channel: then this one comes again too, in its turn.
    const batch = decoded.filter(({ delivery }) => rules.isLive(delivery));
    if (batch.length === 0) return;
    const deliveries = batch.map(({ delivery }) => delivery);
    for (let failures = 1, faults = 0; ; failures++) {
      try {
        metrics.batchSize.observe({ queue }, batch.length);
        for (const delivery of deliveries) delivery.attempts++;
        await handler(batch.map(({ event }) => event));
      } catch (error) {
        if (!(error instanceof TransientError)) faults++;
        const verdict = await judge(deliveries, error, { failures, faults });
        if (verdict === 'again') continue;
        if (verdict === 'park')
          await Promise.all(deliveries.map((delivery) => park(delivery, asPoison(error))));
        if (verdict === 'split') await handlePieces(batch);
        return;
      }
      rules.ack(deliveries);
      metrics.consumed.inc({ queue, result: 'acked' }, batch.length);
      return;
    }
  }

  async function handlePieces(batch: Decoded<D>[]) {
    const size = Math.ceil(batch.length / pieces);
    for (let first = 0; first < batch.length; first += size) await handle(batch.slice(first, first + size));
  }

  async function judge(
    deliveries: D[],
    error: unknown,
    count: { failures: number; faults: number },
  ): Promise<Verdict> {
    const failedAt = new Date();
    for (const delivery of deliveries) delivery.failedAt ??= failedAt;
    if (error instanceof PoisonMessageError) return deliveries.length > 1 ? 'split' : 'park';
    log.warn({ err: error, queue, deliveries: deliveries.length, ...count }, 'handler failed');
    metrics.consumed.inc({ queue, result: 'retried' }, deliveries.length);
    const verdict = await rules.judge(deliveries, error, count);
    const isTooMuch = deliveries.length > large.deliveries && count.failures >= large.failures;
    return verdict === 'again' && isTooMuch ? 'split' : verdict;
  }

  async function park(delivery: D, reason: PoisonMessageError) {
    for (let failures = 1; rules.isLive(delivery); failures++) {
      try {
        await rules.park(delivery, reason);
        log.error({ err: reason, queue, code: reason.code, attempts: delivery.attempts }, 'message parked');
        metrics.consumed.inc({ queue, result: 'parked' });
        return;
      } catch (error) {
        log.warn({ err: error, queue, failures }, 'message cannot be parked now');
        await rules.judge([delivery], error, { failures, faults: 0 });
      }
    }
  }

  return {
    push(delivery: D) {
      if (stopped) return;
      waiting.push(delivery);
      metrics.waiting.set({ queue }, waiting.length);
      running ??= run();
    },

    /** Forgets what waits and is not live any more. */
    sweep() {
      waiting = waiting.filter((delivery) => rules.isLive(delivery));
      metrics.waiting.set({ queue }, waiting.length);
    },

    /** Takes nothing more and lets the running batch finish, for 10 s at the most. */
    async stop() {
      stopped = true;
      waiting = [];
      metrics.waiting.set({ queue }, 0);
      await within(stopTimeoutMs, running ?? Promise.resolve(), () => {
        log.error({ queue }, 'the running batch did not finish in time; it will be delivered again');
      });
    },
  };
}

export type Consumer<D extends Delivery> = ReturnType<typeof createConsumer<D>>;

function asPoison(error: unknown): PoisonMessageError {
  if (error instanceof PoisonMessageError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new PoisonMessageError('HANDLER_FAILED', { detail, cause: error });
}
