import type { Channel, ChannelModel, ConsumeMessage, Options } from 'amqplib';
import { TransientError, type PoisonMessageError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { backoffMs, onAbort, pause, within } from './waiting.ts';
import type { BusMetrics } from './bus-metrics.ts';
import type { EventHandler, PublishOutcome } from './bus.ts';
import { createConsumer, type Delivery, type DeliveryRules } from './consumer.ts';
import { answered, keepChannel } from './rabbit-channel.ts';
import type { RabbitPublisher } from './rabbit-publisher.ts';
import { declareParkingQueue, lookUpQueue } from './rabbit-queues.ts';
import { parkedQueueOf, type QueueName } from './topology.ts';

export interface RabbitConsumerOptions {
  queue: QueueName;
  /** Stands before the names of the queues. */
  prefix: string;
  handler: EventHandler;
  batchSize: number;
  /** The longest pause before another try. */
  retryPauseMs: number;
  publisher: RabbitPublisher;
  /** The queue is not there. Called again and again until it is. */
  onMissing: () => void;
  log: Logger;
  metrics: BusMetrics;
}

interface RabbitDelivery extends Delivery {
  message: ConsumeMessage;
  /** The channel that delivered: a delivery tag means nothing to any other. */
  channel: Channel;
  /** Aborted when that channel is closed or the consumer stops; the broker then delivers again. */
  ended: AbortSignal;
}

/** So many faults of a handler in a row have a batch taken one by one, and a single message parked. */
const patience = 10;
const cancelTimeoutMs = 2_000;
/** The longest pause before another look for a queue that is missing. */
const maxWaitMs = 1_000;
/** Between two looks whether the queue that is consumed has a consumer. */
const lookIntervalMs = 5_000;
const longestReason = 1_000;

/**
 * Consumes one queue, for which it waits as long as it is not there, and declares its parking queue. A binding that 0.1.0 gave
 * the queue stays: instances of that release may still run, and publish to the exchange alone.
 */
export function createRabbitConsumer(options: RabbitConsumerOptions) {
  const { queue, prefix, handler, batchSize, retryPauseMs, publisher, onMissing, log, metrics } = options;
  const queueName = prefix + queue;
  const parkedName = parkedQueueOf(queueName);
  const stopping = new AbortController();
  let session: { channel: Channel; consumerTag: string } | undefined;

  const rules: DeliveryRules<RabbitDelivery> = {
    isLive: ({ ended }) => !ended.aborted,

    // Everything that came before them is settled by now, so one frame is enough.
    ack: (batch) => settle(batch.at(-1), (channel, message) => channel.ack(message, true)),

    async park(delivery, reason) {
      const options = parkedOptions(delivery, reason);
      const parked = { queues: [parkedName], content: delivery.content, options };
      let outcome: PublishOutcome | undefined;
      try {
        [outcome] = await publisher.publish([parked]);
      } catch (error) {
        if (error instanceof TransientError) throw error;
        // Its own headers leave no room for the reason: so the broker parks it, without one.
        return settle(delivery, (channel, message) => channel.nack(message, false, false));
      }
      if (outcome?.status === 'confirmed')
        return settle(delivery, (channel, message) => channel.ack(message));
      if (outcome?.status === 'unroutable') await declareParkingQueue(delivery.channel, queueName);
      throw new TransientError('BUS_UNAVAILABLE', {
        detail: `${parkedName} did not take the message`,
        facts: { outcome },
      });
    },

    async judge(batch, _error, { failures, faults }) {
      if (faults >= patience) return batch.length > 1 ? 'split' : 'park';
      const ended = batch[0]?.ended ?? stopping.signal;
      await pause(backoffMs(failures, retryPauseMs), ended);
      return ended.aborted ? 'left' : 'again';
    },
  };
  const consumer = createConsumer({ queue, handler, batchSize, rules, log, metrics });

  function settle(
    delivery: RabbitDelivery | undefined,
    tell: (channel: Channel, message: ConsumeMessage) => void,
  ) {
    try {
      if (delivery) tell(delivery.channel, delivery.message);
    } catch (error) {
      log.debug({ err: error, queue }, 'the channel is gone; the broker delivers again');
    }
  }

  /** Never creates it: a queue that was lost took events with it, and who creates it makes up for them. */
  async function waitForQueue(model: ChannelModel, ended: AbortSignal) {
    for (let failures = 1; !ended.aborted; failures++) {
      if (await lookUpQueue(model, queueName)) return;
      if (failures === 1)
        log.warn({ queue: queueName }, 'the queue is not there; waiting for a bus that creates it');
      onMissing();
      await pause(backoffMs(failures, maxWaitMs), ended);
    }
  }

  async function setUp(model: ChannelModel, channel: Channel, gone: AbortSignal) {
    const ended = AbortSignal.any([gone, stopping.signal]);
    await waitForQueue(model, ended);
    if (ended.aborted) return;
    await declareParkingQueue(channel, queueName);
    await answered(channel.prefetch(2 * batchSize));
    const consuming = channel.consume(queueName, (message) => {
      // The broker cancels a consumer whose queue was deleted; the next channel waits for another.
      if (!message) return void channel.close().catch(() => undefined);
      if (message.fields.redelivered) metrics.redelivered.inc({ queue });
      consumer.push({ content: message.content, attempts: 0, message, channel, ended });
    });
    const { consumerTag } = await answered(consuming);
    session = { channel, consumerTag };
    onAbort(ended, () => {
      if (session?.channel === channel) session = undefined;
      consumer.sweep();
    });
    log.info({ queue: queueName }, 'consuming');
    await watchConsumer(model, ended);
  }

  /**
   * Until the end. Throws if the broker has forgotten that the queue is consumed: RabbitMQ 3.10 does so, without a word, where the
   * queue is deleted as its consumer comes.
   */
  async function watchConsumer(model: ChannelModel, ended: AbortSignal) {
    for (;;) {
      await pause(lookIntervalMs, ended);
      if (ended.aborted) return;
      const found = await lookUpQueue(model, queueName).catch((error: unknown) => {
        if (!ended.aborted) throw error;
      });
      if (!found?.consumerCount && !ended.aborted)
        throw new TransientError('BUS_UNAVAILABLE', {
          detail: `RabbitMQ has forgotten that ${queueName} is consumed`,
        });
    }
  }

  return {
    /** Keeps the channel to consume on, until `closed` is aborted. */
    use: (model: ChannelModel, closed: AbortSignal) =>
      keepChannel({
        open: () => model.createChannel(),
        setUp: (channel, gone) => setUp(model, channel, gone),
        closed,
        log,
      }),

    /** Lets the running batch finish and acknowledges it, within 12 s. */
    async stop() {
      const cancelling = session?.channel.cancel(session.consumerTag).catch(() => undefined);
      stopping.abort();
      await Promise.all([
        consumer.stop(),
        within(cancelTimeoutMs, Promise.resolve(cancelling), () => undefined),
      ]);
    },

    isReady: () => session !== undefined,
  };
}

export type RabbitConsumer = ReturnType<typeof createRabbitConsumer>;

/** The message's own properties, and why it was parked. */
function parkedOptions(
  { message, attempts, failedAt }: RabbitDelivery,
  { code, message: reason }: PoisonMessageError,
): Options.Publish {
  return {
    ...message.properties,
    // The broker compares this one with the user of the connection, and closes the channel.
    userId: undefined,
    // What is parked stays.
    expiration: undefined,
    headers: {
      ...message.properties.headers,
      // The broker would send copies to whatever queues this one names.
      CC: undefined,
      'x-parked-code': code,
      'x-parked-reason': reason.slice(0, longestReason),
      'x-parked-at': (failedAt ?? new Date()).toISOString(),
      'x-parked-attempts': attempts,
    },
  };
}
