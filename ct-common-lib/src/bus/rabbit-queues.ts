import type { Channel, ChannelModel, Replies } from 'amqplib';
import type { Logger } from '../logger.ts';
import type { BusMetrics } from './bus-metrics.ts';
import { onAbort, pause, within } from './waiting.ts';
import { answered, keepChannel } from './rabbit-channel.ts';
import { parkedQueueOf, queueArguments, queueNames, type QueueName } from './topology.ts';

export interface QueueKeeperOptions {
  /** Stands before the names of the queues. */
  prefix: string;
  /**
   * Called with the queues that are missing: they are created once it has resolved, and then it is called again. A creation
   * that fails is tried again without another call.
   */
  onMissingQueues: (queues: QueueName[]) => Promise<void>;
  log: Logger;
  metrics: Pick<BusMetrics, 'ready' | 'parked'>;
}

/** How long a queue that nobody publishes to can be missing without being missed. */
const lookIntervalMs = 5_000;
/** A connection that was lost meanwhile is not replaced before that. */
const callbackTimeoutMs = 5_000;

/** Creates the queues of the topology, with their parking queues, and again whenever one is missing. */
export function createQueueKeeper({ prefix, onMissingQueues, log, metrics }: QueueKeeperOptions) {
  let complete = false;
  let pausing = new AbortController();
  /** Those that were created, or may have been, and not told of since. */
  const created = new Set<QueueName>();
  /** Those that were told of and not there since. */
  const told = new Set<QueueName>();

  const look = () => pausing.abort();

  async function setUp(model: ChannelModel, channel: Channel, gone: AbortSignal) {
    onAbort(gone, () => {
      complete = false;
      // Nobody knows now; the last numbers would look as if somebody did.
      metrics.ready.reset();
      metrics.parked.reset();
      look();
    });
    while (!gone.aborted) {
      pausing = new AbortController();
      await createMissing(model, channel);
      complete = !gone.aborted;
      await pause(lookIntervalMs, pausing.signal);
    }
  }

  /** Declares none that is there: it could be deleted meanwhile, and its loss would go unnoticed. */
  async function createMissing(model: ChannelModel, channel: Channel) {
    const missing: QueueName[] = [];
    for (const queue of queueNames) {
      metrics.parked.set({ queue }, await declareParkingQueue(channel, prefix + queue));
      const found = await lookUpQueue(model, prefix + queue);
      metrics.ready.set({ queue }, found?.messageCount ?? 0);
      if (found) told.delete(queue);
      else missing.push(queue);
    }
    await tellOfCreated(missing);
    if (missing.length === 0) return;
    complete = false;
    log.warn({ queues: missing }, 'queues are missing and will be created');
    // Before, so that a crash after the creation forgets nothing; but once, as whoever is told begins anew.
    await tell(missing.filter((queue) => !told.has(queue)));
    for (const queue of missing) told.add(queue);
    for (const queue of missing) {
      const wanted = queueArguments.queue(prefix + queue);
      created.add(queue);
      await answered(channel.assertQueue(prefix + queue, { durable: true, arguments: wanted }));
      told.delete(queue);
    }
    await tellOfCreated();
  }

  /** Afterwards, as another bus may have been quicker, and its queue deleted, with what it held, just before. */
  async function tellOfCreated(missing: QueueName[] = []) {
    const due = [...created].filter((queue) => !missing.includes(queue));
    // At once, so that none is forgotten which is created on the next connection meanwhile.
    for (const queue of due) created.delete(queue);
    try {
      await tell(due);
    } catch (error) {
      for (const queue of due) created.add(queue);
      throw error;
    }
  }

  async function tell(queues: QueueName[]) {
    if (queues.length === 0) return;
    await within(callbackTimeoutMs, onMissingQueues(queues), () => {
      throw new Error(`onMissingQueues took longer than ${callbackTimeoutMs} ms`);
    });
  }

  return {
    /** Looks after the queues until `closed` is aborted. */
    use: (model: ChannelModel, closed: AbortSignal) =>
      keepChannel({
        open: () => model.createChannel(),
        setUp: (channel, gone) => setUp(model, channel, gone),
        closed,
        log,
      }),

    /** There is reason to believe that a queue is missing: looks now. */
    look,

    isReady: () => complete,
  };
}

/**
 * What is parked there is nobody's but the operator's, so whoever needs the queue may create it. Gives how many messages it
 * holds.
 */
export async function declareParkingQueue(channel: Channel, queue: string): Promise<number> {
  const wanted = { durable: true, arguments: queueArguments.parked() };
  const { messageCount } = await answered(channel.assertQueue(parkedQueueOf(queue), wanted));
  return messageCount;
}

/** How many consume a queue, and how many messages wait in it, whatever its arguments; undefined: the broker has no such queue. */
export async function lookUpQueue(
  model: ChannelModel,
  queue: string,
): Promise<Replies.AssertQueue | undefined> {
  // On a channel of its own, as the broker says no by closing it.
  const channel = await answered(model.createChannel());
  channel.on('error', () => undefined);
  try {
    const found = await answered(channel.checkQueue(queue));
    // Not awaited: amqplib never answers if the connection ends before the broker does.
    channel.close().catch(() => undefined);
    return found;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 404) return undefined;
    throw error;
  }
}
