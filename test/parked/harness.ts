import { randomUUID } from 'node:crypto';
import { connect, type GetMessage, type Options } from 'amqplib';
import { createLogger, createMetrics } from 'ct-common-lib';
import { createRabbitBus, exchangeName, parkedQueueOf, queueArguments, queues } from 'ct-common-lib/bus';
import { runEventsParked, type RunOptions } from '../../scripts/parked/run.ts';

export const reviews = 'rating-service.reviews';
export const ratings = 'api-service.ratings';

const log = createLogger({ name: 'test', level: 'silent' });

/** Queues of a test's own on a real RabbitMQ, with what the command says of them. */
export async function createParkedHarness(rabbitmqUrl: string) {
  const prefix = `test-${randomUUID()}.`;
  const admin = await connect(rabbitmqUrl);
  const channel = await admin.createConfirmChannel();
  for (const queue of Object.keys(queues)) {
    await declare(prefix + queue, queueArguments.queue(prefix + queue));
    await declare(parkedQueueOf(prefix + queue), queueArguments.parked());
  }

  async function declare(queue: string, given: object) {
    await channel.assertQueue(queue, { durable: true, arguments: given });
  }

  async function send(queue: string, content: string | Buffer, options: Options.Publish = {}) {
    channel.sendToQueue(prefix + queue, Buffer.from(content), { persistent: true, ...options });
    await channel.waitForConfirms();
  }

  /** All messages of a queue, which keeps them. */
  async function messagesOf(queue: string): Promise<GetMessage[]> {
    const looking = await admin.createChannel();
    const messages: GetMessage[] = [];
    for (
      let message = await looking.get(prefix + queue);
      message;
      message = await looking.get(prefix + queue)
    )
      messages.push(message);
    await looking.close();
    return messages;
  }

  return {
    prefix,
    admin,
    send,
    messagesOf,

    /** As a consumer parks it. */
    park: (queue: string, content: string | Buffer, id?: string, headers: Record<string, unknown> = {}) =>
      send(parkedQueueOf(queue), content, {
        ...(id !== undefined && { messageId: id }),
        contentType: 'application/cloudevents+json',
        headers: {
          'x-parked-code': 'EVENT_SCHEMA',
          'x-parked-reason': 'The message is no review-created event',
          'x-parked-at': '2026-11-21T05:13:36.137Z',
          'x-parked-attempts': 0,
          ...headers,
        },
      }),

    /** A few thousand at once. */
    async parkMany(queue: string, count: number) {
      for (let i = 0; i < count; i++)
        channel.sendToQueue(parkedQueueOf(prefix + queue), Buffer.from(`{"n":${i}}`), {
          persistent: true,
          messageId: `m-${i}`,
          headers: { 'x-parked-code': 'EVENT_SCHEMA', 'x-parked-reason': 'No event' },
        });
      await channel.waitForConfirms();
    },

    /** Deletes a queue, and declares it with other arguments if there are any. */
    async replaceQueue(queue: string, given?: object) {
      await channel.deleteQueue(prefix + queue);
      if (given) await declare(prefix + queue, { ...queueArguments.queue(prefix + queue), ...given });
    },

    createBus: () =>
      createRabbitBus({ url: rabbitmqUrl, name: prefix, log, metrics: createMetrics('test'), prefix }),

    /** Runs the command. */
    async run(argv: string[], options: Partial<RunOptions> = {}) {
      const said = { stdout: '', stderr: '' };
      const exitCode = await runEventsParked(argv, {
        rabbitmqUrl,
        prefix,
        databaseUrl: undefined,
        stdout: { write: (text) => (said.stdout += text) },
        stderr: { write: (text) => (said.stderr += text) },
        ask: undefined,
        ...options,
      });
      return { exitCode, ...said, lines: said.stdout.split('\n').filter((line) => line !== '') };
    },

    async stop() {
      for (const queue of Object.keys(queues)) {
        await channel.deleteQueue(prefix + queue);
        await channel.deleteQueue(parkedQueueOf(prefix + queue));
      }
      await channel.deleteExchange(prefix + exchangeName);
      await admin.close();
    },
  };
}

export type ParkedHarness = Awaited<ReturnType<typeof createParkedHarness>>;

export const idsOf = (messages: GetMessage[]) =>
  messages.map(({ properties }) => properties.messageId as string | undefined);
