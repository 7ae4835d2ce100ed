import { encodeEvent, cloudEventsMediaType, type Event } from '../events/index.ts';
import type { Logger } from '../logger.ts';
import type { Registry } from '../metrics.ts';
import { countOutcomes, createBusMetrics } from './bus-metrics.ts';
import { defaultBatchSize, type Bus } from './bus.ts';
import { createRabbitConnection } from './rabbit-connection.ts';
import { createRabbitConsumer, type RabbitConsumer } from './rabbit-consumer.ts';
import { createRabbitPublisher, type Outgoing } from './rabbit-publisher.ts';
import { exchangeName } from './topology.ts';

export interface RabbitBusOptions {
  /** `amqp://` or `amqps://`; its query may set `heartbeat`, in seconds, which is 5 otherwise. */
  url: string;
  /** Names the two connections: `<name>.publish` and `<name>.consume`. */
  name: string;
  log: Logger;
  metrics: Registry;
  /** Stands before the names of the exchange and the queues. Default: nothing. */
  prefix?: string;
  /** How long `publish` waits for the broker. Default 5,000. */
  publishTimeoutMs?: number;
  /** The longest pause before a handler that failed is given its deliveries again. Default 5,000. */
  retryPauseMs?: number;
}

/**
 * A bus over RabbitMQ 3.10 to 4.x. It declares what it uses, reconnects for ever, and publishes and consumes
 * on connections of their own: a broker that is short of memory stops the first, and must not stop acknowledgements.
 */
export function createRabbitBus(options: RabbitBusOptions): Bus {
  const { url, name, log, prefix = '', publishTimeoutMs = 5_000, retryPauseMs = 5_000 } = options;
  const exchange = prefix + exchangeName;
  const metrics = createBusMetrics(options.metrics);
  const consumers: RabbitConsumer[] = [];
  const publisher = createRabbitPublisher({ exchange, publishTimeoutMs, log });
  let stopping: Promise<void> | undefined;

  const publishing = createRabbitConnection({
    url,
    name: `${name}.publish`,
    log,
    use: (model, closed) => publisher.use(model, closed),
    onConnected: (connected) => metrics.connected.set({ connection: 'publish' }, Number(connected)),
  });
  const consuming = createRabbitConnection({
    url,
    name: `${name}.consume`,
    log,
    use: async (model, closed) =>
      void (await Promise.all(consumers.map((consumer) => consumer.use(model, closed)))),
    onConnected: (connected) => metrics.connected.set({ connection: 'consume' }, Number(connected)),
  });

  async function stop() {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    // Last, as a running batch may still publish.
    await Promise.all([consuming.stop(), publishing.stop()]);
  }

  return {
    async publish(events) {
      return countOutcomes(
        metrics,
        events,
        publisher.publish(events.map((event) => outgoing(exchange, event))),
      );
    },

    subscribe(queue, handler, { batchSize = defaultBatchSize } = {}) {
      const wanted = { queue, prefix, exchange, handler, batchSize, retryPauseMs };
      consumers.push(createRabbitConsumer({ ...wanted, publisher, log, metrics }));
    },

    async start() {
      publishing.start();
      if (consumers.length > 0) consuming.start();
    },

    stop() {
      stopping ??= stop();
      return stopping;
    },

    state() {
      if (stopping) return 'stopped';
      return consumers.every((consumer) => consumer.isReady()) ? publisher.state() : 'connecting';
    },
  };
}

function outgoing(exchange: string, event: Event): Outgoing {
  return {
    exchange,
    routingKey: event.type,
    content: encodeEvent(event),
    options: { contentType: cloudEventsMediaType, messageId: event.id },
  };
}
