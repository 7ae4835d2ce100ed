import { randomUUID } from 'node:crypto';
import { connect, type GetMessage } from 'amqplib';
import { createRabbitBus, exchangeName, queues, type RabbitBusOptions } from '../../src/bus/index.ts';
import { createLogger } from '../../src/logger.ts';
import { Registry } from '../../src/metrics.ts';
import type { BusHarness } from '../../src/testing/bus-suite.ts';

export const log = createLogger({ name: 'test', level: process.env.TEST_LOG_LEVEL ?? 'silent' });

/** A bus on queues of its own, and a connection beside it that sees what the broker has. */
export async function createRabbitHarness(url: string, options: Partial<RabbitBusOptions> = {}) {
  const prefix = `test-${randomUUID()}.`;
  const metrics = new Registry();
  const bus = createRabbitBus({ url, name: prefix, log, metrics, prefix, ...options });
  const admin = await connect(url);

  /** All messages of a queue, which keeps them. */
  async function messagesOf(queue: string) {
    const channel = await admin.createChannel();
    // A queue that is not there fails the call and closes the channel.
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
  }

  return {
    bus,
    metrics,
    prefix,
    admin,
    messagesOf,

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
      for (const queue of Object.keys(queues)) {
        await channel.deleteQueue(prefix + queue);
        await channel.deleteQueue(`${prefix}${queue}.parked`);
      }
      await channel.deleteExchange(prefix + exchangeName);
      await admin.close();
    },
  } satisfies BusHarness & Record<string, unknown>;
}
