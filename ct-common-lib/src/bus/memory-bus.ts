import { TransientError } from '../errors.ts';
import { encodeEvent, type Event } from '../events/index.ts';
import type { Logger } from '../logger.ts';
import { Registry } from '../metrics.ts';
import { within } from './waiting.ts';
import { countOutcomes, createBusMetrics } from './bus-metrics.ts';
import { defaultBatchSize, type Bus, type BusState, type PublishOutcome } from './bus.ts';
import { createConsumer, type Consumer, type Delivery, type DeliveryRules } from './consumer.ts';
import { outcomeOfCopies } from './copies.ts';
import { queuesFor, type QueueName } from './topology.ts';

export interface MemoryBusOptions {
  log: Logger;
  /** Default: metrics that nobody reads. */
  metrics?: Registry;
  /** How long `publish` waits for the consumers. Default 5,000. */
  publishTimeoutMs?: number;
}

/** A message that was put aside, with the reason. */
export interface ParkedMessage {
  queue: QueueName;
  code: string;
  reason: string;
  /** When it first failed. */
  at: Date;
  /** How often a handler was given it. */
  attempts: number;
  content: Buffer;
}

export interface MemoryBus extends Bus {
  /** The last 1,000 messages that were parked, the oldest first. */
  parked(): ParkedMessage[];
  /** Puts bytes into a queue as they are, and waits like `publish`: a test's way to send what no publisher does. */
  deliver(queue: QueueName, content: Buffer): Promise<PublishOutcome>;
}

interface MemoryDelivery extends Delivery {
  queue: QueueName;
  settled: Promise<PublishOutcome>;
  settle: (outcome: PublishOutcome) => void;
  withdraw: (error: TransientError) => void;
}

const parkedLimit = 1_000;

/**
 * A bus inside this process. `publish` waits until the consumers have settled every event, so whoever
 * publishes still holds what a crash interrupts. Nothing is tried again in here: `refused` asks the
 * publisher to. A handler may publish, but not to the queue that it consumes: that queue waits for it.
 */
export function createMemoryBus({
  log,
  metrics: registry,
  publishTimeoutMs = 5_000,
}: MemoryBusOptions): MemoryBus {
  const metrics = createBusMetrics(registry ?? new Registry());
  const consumers = new Map<QueueName, Consumer<MemoryDelivery>>();
  const unsettled = new Set<MemoryDelivery>();
  const parked: ParkedMessage[] = [];
  let state: BusState = 'connecting';
  let stopping: Promise<void> | undefined;

  const rules: DeliveryRules<MemoryDelivery> = {
    isLive: (delivery) => unsettled.has(delivery),

    ack(batch) {
      for (const delivery of batch) delivery.settle({ status: 'confirmed' });
    },

    async park({ queue, content, attempts, failedAt, settle }, { code, message }) {
      parked.push({ queue, code, reason: message, at: failedAt ?? new Date(), attempts, content });
      if (parked.length > parkedLimit) parked.shift();
      settle({ status: 'confirmed' });
    },

    async judge(batch, error) {
      // One that fails for a fault of its own must not have the others refused along with it.
      if (!(error instanceof TransientError) && batch.length > 1) return 'split';
      const reason = error instanceof Error ? error.message : String(error);
      for (const delivery of batch) delivery.settle({ status: 'refused', reason });
      return 'left';
    },
  };

  function send(queue: QueueName, content: Buffer): MemoryDelivery {
    let settle!: MemoryDelivery['settle'];
    let withdraw!: MemoryDelivery['withdraw'];
    const outcome = new Promise<PublishOutcome>((resolve, reject) => {
      settle = resolve;
      withdraw = reject;
    });
    const settled = outcome.finally(() => unsettled.delete(delivery));
    const delivery: MemoryDelivery = { queue, content, attempts: 0, settled, settle, withdraw };
    unsettled.add(delivery);
    consumers.get(queue)?.push(delivery);
    return delivery;
  }

  /** The outcome for each event, whose copies went to one queue each. What is late is never handed over. */
  async function outcomes(events: MemoryDelivery[][]): Promise<PublishOutcome[]> {
    const all = Promise.all(
      events.map(async (copies) => outcomeOfCopies(await Promise.all(copies.map((copy) => copy.settled)))),
    );
    return within(publishTimeoutMs, all, () => {
      for (const delivery of events.flat()) unsettled.delete(delivery);
      for (const consumer of consumers.values()) consumer.sweep();
      throw new TransientError('BUS_TIMEOUT', {
        detail: `The consumers took longer than ${publishTimeoutMs} ms`,
      });
    });
  }

  function requireConnected() {
    if (state !== 'connected') throw unavailable(state);
  }

  async function publish(events: Event[]) {
    requireConnected();
    const sent = events.map((event) => {
      const targets = queuesFor(event.type).filter((queue) => consumers.has(queue));
      return targets.map((queue) => send(queue, encodeEvent(event)));
    });
    return outcomes(sent);
  }

  async function stop() {
    state = 'stopped';
    await Promise.all([...consumers.values()].map((consumer) => consumer.stop()));
    for (const delivery of unsettled) delivery.withdraw(unavailable(state));
  }

  return {
    publish: (events) => countOutcomes(metrics, events, publish(events)),

    async deliver(queue, content) {
      requireConnected();
      const [outcome] = await outcomes([consumers.has(queue) ? [send(queue, content)] : []]);
      return outcome!;
    },

    subscribe(queue, handler, { batchSize = defaultBatchSize } = {}) {
      consumers.set(queue, createConsumer({ queue, handler, batchSize, rules, log, metrics }));
    },

    async start() {
      if (state === 'connecting') state = 'connected';
    },

    stop() {
      stopping ??= stop();
      return stopping;
    },

    state: () => state,
    parked: () => parked,
  };
}

function unavailable(state: BusState) {
  return new TransientError('BUS_UNAVAILABLE', { detail: `The bus is ${state}` });
}
