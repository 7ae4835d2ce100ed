import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { createMetrics } from 'ct-common-lib';
import { createRabbitBus, exchangeName, parkedQueueOf, queues } from 'ct-common-lib/bus';
import type { EventOf } from 'ct-common-lib/events';
import { silent } from './ratings.ts';

/** Queues of a test's own on a real RabbitMQ, and a bus that stands for api-service: it collects the ratings. */
export async function createRabbitSystem(url: string) {
  const prefix = `test-${randomUUID()}.`;
  const bus = createRabbitBus({
    url,
    name: prefix,
    log: silent,
    metrics: createMetrics('test'),
    prefix,
    onMissingQueues: async () => {},
  });
  const latest = new Map<string, EventOf<'rating-updated'>['data']>();
  bus.subscribe('api-service.ratings', async (events) => {
    for (const { data } of events as EventOf<'rating-updated'>[]) {
      if (data.version > (latest.get(data.productId)?.version ?? 0)) latest.set(data.productId, data);
    }
  });
  await bus.start();

  return {
    prefix,
    bus,
    /** The rating of the highest version that has arrived of each product. */
    latest,
    async stop() {
      await bus.stop();
      const connection = await connect(url);
      const channel = await connection.createChannel();
      for (const queue of Object.keys(queues)) {
        await channel.deleteQueue(prefix + queue);
        await channel.deleteQueue(parkedQueueOf(prefix + queue));
      }
      await channel.deleteExchange(prefix + exchangeName);
      await connection.close();
    },
  };
}

export type RabbitSystem = Awaited<ReturnType<typeof createRabbitSystem>>;
