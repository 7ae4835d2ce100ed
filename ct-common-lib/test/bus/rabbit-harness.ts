import { randomUUID } from 'node:crypto';
import { connect, type GetMessage } from 'amqplib';
import {
  createRabbitBus,
  exchangeName,
  queueArguments,
  queueNames,
  type Bus,
  type QueueName,
  type RabbitBusOptions,
} from '../../src/bus/index.ts';
import { createLogger } from '../../src/logger.ts';
import { Registry } from '../../src/metrics.ts';
import type { BusHarness } from '../../src/testing/bus-suite.ts';

export const log = createLogger({ name: 'test', level: process.env.TEST_LOG_LEVEL ?? 'silent' });

/**
 * A bus on queues of its own, and a connection beside it that sees what the broker has. The bus creates the queues,
 * unless `onMissingQueues` is undefined: then those that it consumes are there before it starts.
 */
export async function createRabbitHarness(url: string, options: Partial<RabbitBusOptions> = {}) {
  const prefix = `test-${randomUUID()}.`;
  const metrics = new Registry();
  const settings = { url, name: prefix, log, metrics, prefix, onMissingQueues: async () => {}, ...options };
  const rabbit = createRabbitBus(settings);
  const admin = await connect(url);
  const consumed: QueueName[] = [];

  const bus: Bus = {
    ...rabbit,
    subscribe(queue, ...rest) {
      consumed.push(queue);
      rabbit.subscribe(queue, ...rest);
    },
    async start() {
      if (!settings.onMissingQueues) for (const queue of consumed) await createQueue(queue);
      await rabbit.start();
    },
  };

  async function createQueue(queue: QueueName, more: object = {}) {
    const channel = await admin.createChannel();
    const wanted = { ...queueArguments.queue(prefix + queue), ...more };
    await channel.assertQueue(prefix + queue, { durable: true, arguments: wanted });
    await channel.close();
  }

  async function deleteQueue(queue: string) {
    const channel = await admin.createChannel();
    await channel.deleteQueue(prefix + queue);
    await channel.close();
  }

  /** All messages of a queue, which keeps them. Throws where there is no such queue, or not yet. */
  async function messagesOf(queue: string) {
    // A connection of its own, as RabbitMQ closes one that asks for a queue while it is being declared again (541, noproc).
    const connection = await connect(url);
    connection.on('error', () => undefined);
    try {
      const channel = await connection.createChannel();
      channel.on('error', () => undefined);
      const messages: GetMessage[] = [];
      for (
        let message = await channel.get(prefix + queue);
        message;
        message = await channel.get(prefix + queue)
      ) {
        messages.push(message);
      }
      await channel.close();
      return messages;
    } finally {
      await connection.close().catch(() => undefined);
    }
  }

  return {
    bus,
    metrics,
    prefix,
    admin,
    messagesOf,
    createQueue,
    deleteQueue,

    async publishRaw(queue, content) {
      const channel = await admin.createConfirmChannel();
      channel.sendToQueue(prefix + queue, content, { persistent: true });
      await channel.waitForConfirms();
      await channel.close();
    },

    async parked(queue) {
      const messages = await messagesOf(`${queue}.parked`);
      return messages.map(({ content, properties }) => ({
        code: String(properties.headers?.['x-parked-code']),
        body: content.toString(),
      }));
    },

    async stop() {
      await bus.stop();
      const channel = await admin.createChannel();
      for (const queue of queueNames) {
        await channel.deleteQueue(prefix + queue);
        await channel.deleteQueue(`${prefix}${queue}.parked`);
      }
      await channel.deleteExchange(prefix + exchangeName);
      await admin.close();
    },
  } satisfies BusHarness & Record<string, unknown>;
}
