import { connect } from 'amqplib';
import { createMetrics } from 'ct-common-lib';
import { createRabbitBus, exchangeName, parkedQueueOf, queues } from 'ct-common-lib/bus';
import { randomPrefix, silent } from './api.ts';

/** Queues of a test's own on a real RabbitMQ, and a bus that stands for rating-service. */
export function createTestRabbit(rabbitmqUrl: string) {
  const prefix = randomPrefix();
  const bus = createRabbitBus({
    url: rabbitmqUrl,
    name: prefix,
    log: silent,
    metrics: createMetrics('test'),
    prefix,
    // There may be no api-service to create the queues.
    onMissingQueues: async () => {},
  });

  /** Deletes the queues; whoever uses them must have stopped. */
  async function drop() {
    const connection = await connect(rabbitmqUrl);
    const channel = await connection.createChannel();
    for (const queue of Object.keys(queues)) {
      await channel.deleteQueue(prefix + queue);
      await channel.deleteQueue(parkedQueueOf(prefix + queue));
    }
    await channel.deleteExchange(prefix + exchangeName);
    await connection.close();
  }

  return { prefix, rabbitmqUrl, bus, drop };
}
