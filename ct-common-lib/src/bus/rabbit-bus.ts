import { encodeEvent, cloudEventsMediaType, type Event } from '../events/index.ts';
import type { Logger } from '../logger.ts';
import type { Registry } from '../metrics.ts';
import { countOutcomes, createBusMetrics } from './bus-metrics.ts';
import { defaultBatchSize, type Bus } from './bus.ts';
import { createRabbitConnection } from './rabbit-connection.ts';
import { createRabbitConsumer, type RabbitConsumer } from './rabbit-consumer.ts';
import { createRabbitPublisher, type Outgoing } from './rabbit-publisher.ts';
import { createQueueKeeper } from './rabbit-queues.ts';
import { exchangeName, queuesFor, type QueueName } from './topology.ts';

export interface RabbitBusOptions {
  /**
   * `amqp://` or `amqps://`; its query may set `heartbeat`, in seconds, which is 5 otherwise. Several hosts, of one cluster,
   * stand in it with commas between: `amqp://user:password@a:5672,b:5672/vhost`.
   */
  url: string;
  /** Names the two connections: `<name>.publish` and `<name>.consume`. */
  name: string;
  log: Logger;
  metrics: Registry;
  /** Stands before the names of the exchange and the queues. Default: nothing. */
  prefix?: string;
  /** How long `publish` waits for the broker to confirm what is in flight, 500 messages at the most. Default 5,000. */
  publishTimeoutMs?: number;
  /** The longest pause before a handler that failed is given its deliveries again. Default 5,000. */
  retryPauseMs?: number;
  /**
   * Makes this bus create the queues of the topology, on connecting and whenever one turns out to be missing. It is
   * called with those, they are created once it has resolved, and it is called once more. A queue that was lost took
   * events with it which `publish` had confirmed: here is the place to note, durably, that all of them must be
   * published again. If it rejects, or takes longer than 5 s, it is called again; if a creation fails, that is tried again
   * without another call. Default: the bus creates no queue, and waits for those that it consumes.
   */
  onMissingQueues?: (queues: QueueName[]) => Promise<void>;
}

/**
 * A bus over RabbitMQ 3.10 to 4.x. It sends events to the queues of the topology by their names, and to the exchange for
 * whoever else listens. It reconnects for ever, and publishes and consumes on connections of their own: a broker that is
 * short of memory stops the first, and must not stop acknowledgements.
 */
export function createRabbitBus(options: RabbitBusOptions): Bus {
  const { url, name, log, prefix = '', publishTimeoutMs = 5_000, retryPauseMs = 5_000 } = options;
  const { onMissingQueues } = options;
  const exchange = prefix + exchangeName;
  const metrics = createBusMetrics(options.metrics);
  const consumers: RabbitConsumer[] = [];
  const publisher = createRabbitPublisher({ exchange, publishTimeoutMs, log });
  const keeper = onMissingQueues && createQueueKeeper({ prefix, onMissingQueues, log, metrics });
  const lookForQueues = () => keeper?.look();
  let stopping: Promise<void> | undefined;

  const publishing = createRabbitConnection({
    url,
    name: `${name}.publish`,
    log,
    use: async (model, closed) =>
      void (await Promise.all([publisher.use(model, closed), keeper?.use(model, closed)])),
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
      const outgoing = events.map((event) => outgoingOf(prefix, event));
      const outcomes = await countOutcomes(metrics, events, publisher.publish(outgoing));
      if (outcomes.some(({ status }) => status === 'unroutable')) lookForQueues();
      return outcomes;
    },

    subscribe(queue, handler, { batchSize = defaultBatchSize } = {}) {
      const wanted = { queue, prefix, handler, batchSize, retryPauseMs };
      consumers.push(createRabbitConsumer({ ...wanted, publisher, onMissing: lookForQueues, log, metrics }));
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
      const isReady = (keeper?.isReady() ?? true) && consumers.every((consumer) => consumer.isReady());
      return isReady ? publisher.state() : 'connecting';
    },
  };
}

function outgoingOf(prefix: string, event: Event): Outgoing {
  return {
    queues: queuesFor(event.type).map((queue) => prefix + queue),
    type: event.type,
    content: encodeEvent(event),
    options: { contentType: cloudEventsMediaType, messageId: event.id },
  };
}
