import { EventEmitter } from 'node:events';
import type { ChannelModel } from 'amqplib';
import { expect } from 'chai';
import { createBusMetrics } from '../../src/bus/bus-metrics.ts';
import { createRabbitConsumer } from '../../src/bus/rabbit-consumer.ts';
import type { RabbitPublisher } from '../../src/bus/rabbit-publisher.ts';
import { createLogger } from '../../src/logger.ts';
import { Registry } from '../../src/metrics.ts';
import { waitFor } from '../../src/testing/wait-for.ts';

/** A broker that deletes the queue as its consumer comes, and says nothing: RabbitMQ 3.10 may, but not whenever it is wanted. */
function createForgetfulBroker() {
  let consumers = 0;
  const channels: EventEmitter[] = [];
  const createChannel = async () => {
    const channel = Object.assign(new EventEmitter(), {
      assertQueue: async () => ({}),
      prefetch: async () => ({}),
      checkQueue: async () => ({ consumerCount: 0 }),
      consume: async () => ({ consumerTag: String(++consumers) }),
      cancel: async () => ({}),
      close: async () => channel.emit('close'),
    });
    channels.push(channel);
    return channel;
  };
  return {
    model: { createChannel } as unknown as ChannelModel,
    consumers: () => consumers,
    /** As when the connection ends. */
    closeAll: () => channels.forEach((channel) => channel.emit('close')),
  };
}

describe('a consumer that the broker has forgotten', () => {
  it('notices within seconds, and consumes anew on another channel', async () => {
    const broker = createForgetfulBroker();
    const connection = new AbortController();
    const consumer = createRabbitConsumer({
      queue: 'rating-service.reviews',
      prefix: '',
      handler: async () => {},
      batchSize: 1,
      retryPauseMs: 10,
      publisher: {} as RabbitPublisher,
      onMissing: () => {},
      log: createLogger({ name: 'test', level: 'silent' }),
      metrics: createBusMetrics(new Registry()),
    });
    const kept = consumer.use(broker.model, connection.signal);
    await waitFor('the first consumer', () => broker.consumers() === 1);
    await waitFor('another', () => broker.consumers() === 2, { timeoutMs: 15_000 });
    expect(consumer.isReady()).to.equal(true);
    await consumer.stop();
    connection.abort();
    broker.closeAll();
    await kept;
  });
});
