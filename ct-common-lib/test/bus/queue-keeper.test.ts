import { EventEmitter } from 'node:events';
import type { ChannelModel } from 'amqplib';
import { expect } from 'chai';
import { queueNames, type QueueName } from '../../src/bus/index.ts';
import { createBusMetrics } from '../../src/bus/bus-metrics.ts';
import { createQueueKeeper } from '../../src/bus/rabbit-queues.ts';
import { Registry } from '../../src/metrics.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { log } from './rabbit-harness.ts';

const [first, second] = queueNames as [QueueName, QueueName];

/** A broker with queues, of which it refuses to create some, as one does that has reached a limit. */
function createBroker() {
  const queues = new Set<string>();
  const refused = new Set<string>();
  const unanswered = new Set<string>();
  const channels: EventEmitter[] = [];
  let refusals = 0;

  const createChannel = async () => {
    const channel = new EventEmitter();
    channels.push(channel);
    return Object.assign(channel, {
      async checkQueue(queue: string) {
        if (!queues.has(queue)) throw Object.assign(new Error('NOT_FOUND'), { code: 404 });
        return { consumerCount: 0, messageCount: 0 };
      },
      async assertQueue(queue: string) {
        if (refused.has(queue)) {
          refusals++;
          throw Object.assign(new Error('PRECONDITION_FAILED'), { code: 406 });
        }
        if (unanswered.has(queue)) await new Promise(() => undefined);
        queues.add(queue);
        return { messageCount: 0 };
      },
      close: async () => void channel.emit('close'),
    });
  };
  return {
    queues,
    refused,
    unanswered,
    refusals: () => refusals,
    closeChannels: () => channels.forEach((channel) => channel.emit('close')),
    model: { createChannel } as unknown as ChannelModel,
  };
}

describe('the keeper of the queues at a broker that refuses to create one', () => {
  let broker: ReturnType<typeof createBroker>;
  let keeper: ReturnType<typeof createQueueKeeper>;
  let told: QueueName[][];
  let closed: AbortController;
  let using: Promise<unknown>;

  beforeEach(() => {
    broker = createBroker();
    told = [];
    const onMissingQueues = async (queues: QueueName[]) => void told.push(queues);
    keeper = createQueueKeeper({
      prefix: '',
      onMissingQueues,
      log,
      metrics: createBusMetrics(new Registry()),
    });
    closed = new AbortController();
  });
  afterEach(async () => {
    closed.abort();
    broker.closeChannels();
    await using;
  });

  const start = () => void (using = keeper.use(broker.model, closed.signal));
  const tries = (count: number) => {
    const wanted = broker.refusals() + count;
    return waitFor(`${count} tries`, () => broker.refusals() >= wanted, { timeoutMs: 20_000 });
  };
  const ready = () => waitFor('all queues', () => keeper.isReady(), { timeoutMs: 20_000 });

  it('asks once before, however often it tries, and once after', async () => {
    broker.queues.add(first);
    broker.refused.add(second);
    start();
    await tries(4);
    expect(told).to.deep.equal([[second]]);
    broker.refused.clear();
    await ready();
    expect(told).to.deep.equal([[second], [second]]);
  });

  it('asks at once after the creation of the others', async () => {
    broker.refused.add(second);
    start();
    await tries(3);
    expect(told).to.deep.equal([[first, second], [first]]);
    broker.refused.clear();
    await ready();
    expect(told).to.deep.equal([[first, second], [first], [second]]);
  });

  it('asks again when the queue was there meanwhile and is missing again', async () => {
    broker.queues.add(first);
    broker.refused.add(second);
    start();
    await tries(2);
    broker.queues.add(second);
    await ready();
    expect(told, 'it may have been the one that was refused').to.deep.equal([[second], [second]]);
    broker.queues.delete(second);
    keeper.look();
    await tries(2);
    expect(told).to.deep.equal([[second], [second], [second]]);
  });

  it('gives up a connection on which its creation is never answered, so that another is opened', async () => {
    broker.unanswered.add(second);
    const used = keeper.use(broker.model, closed.signal);
    using = used.catch(() => undefined);
    const error = await used.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.include({ code: 'BUS_TIMEOUT' });
    expect(keeper.isReady()).to.equal(false);
  });
});
