import { EventEmitter } from 'node:events';
import type { ChannelModel } from 'amqplib';
import { expect } from 'chai';
import { createRabbitPublisher } from '../../src/bus/rabbit-publisher.ts';
import { createLogger } from '../../src/index.ts';
import { waitFor } from '../../src/testing/index.ts';

/** A broker that refuses all that comes on its first channel, and takes what comes on others. */
function createBroker() {
  let opened = 0;
  let last = new EventEmitter();
  const createConfirmChannel = async () => {
    const isFirst = ++opened === 1;
    const channel = (last = new EventEmitter());
    return Object.assign(channel, {
      assertExchange: async () => ({}),
      publish: (...args: unknown[]) => {
        const settle = args.at(-1) as (error: Error | null) => void;
        setImmediate(settle, isFirst ? new Error('message nacked') : null);
      },
      close: async () => void channel.emit('close'),
    });
  };
  const model = Object.assign(new EventEmitter(), { createConfirmChannel }) as unknown as ChannelModel;
  return { model, opened: () => opened, end: () => void last.emit('close') };
}

describe('createRabbitPublisher', () => {
  it('publishes on another channel once a queue has refused what came on one', async () => {
    const broker = createBroker();
    const closed = new AbortController();
    const publisher = createRabbitPublisher({
      exchange: 'ct-reviews',
      publishTimeoutMs: 5_000,
      log: createLogger({ name: 'test', level: 'silent' }),
    });
    const used = publisher.use(broker.model, closed.signal);
    const isConnected = () => publisher.state() === 'connected';
    const publish = () =>
      publisher.publish([{ queues: ['rating-service.reviews'], content: Buffer.from('{}'), options: {} }]);
    try {
      await waitFor('the first channel', isConnected);
      expect(await publish()).to.deep.equal([{ status: 'refused', reason: 'message nacked' }]);
      await waitFor('another channel', isConnected);
      expect(await publish()).to.deep.equal([{ status: 'confirmed' }]);
      expect(await publish()).to.deep.equal([{ status: 'confirmed' }]);
      expect(broker.opened()).to.equal(2);
    } finally {
      closed.abort();
      broker.end();
      await used;
    }
  });
});
