import type { Event } from '../events/index.ts';
import { Counter, Gauge, Histogram, type Registry } from '../metrics.ts';
import type { PublishOutcome } from './bus.ts';

/** The metrics that both buses keep. To be called once for each registry. */
export function createBusMetrics(registry: Registry) {
  const registers = [registry];
  return {
    published: new Counter({
      name: 'ct_bus_published_total',
      help: 'Events handed to the bus, by outcome: confirmed, unroutable, refused, or failed (nothing is known of it)',
      labelNames: ['type', 'outcome'] as const,
      registers,
    }),
    consumed: new Counter({
      name: 'ct_bus_consumed_total',
      help: 'Deliveries by result: acked, parked, or retried (once for every try that failed)',
      labelNames: ['queue', 'result'] as const,
      registers,
    }),
    batchSize: new Histogram({
      name: 'ct_bus_batch_size',
      help: 'Deliveries handed to a handler at once',
      labelNames: ['queue'] as const,
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000],
      registers,
    }),
    waiting: new Gauge({
      name: 'ct_bus_waiting',
      help: 'Deliveries that have arrived and wait for the batch before them',
      labelNames: ['queue'] as const,
      registers,
    }),
    redelivered: new Counter({
      name: 'ct_bus_redelivered_total',
      help: 'Deliveries that the broker had made before',
      labelNames: ['queue'] as const,
      registers,
    }),
    ready: new Gauge({
      name: 'ct_bus_queue_ready_messages',
      help: 'Messages in a queue that no consumer has yet, looked up every 5 s by the bus that creates the queues',
      labelNames: ['queue'] as const,
      registers,
    }),
    parked: new Gauge({
      name: 'ct_bus_queue_parked_messages',
      help: 'Messages in the parking queue of a queue, looked up likewise',
      labelNames: ['queue'] as const,
      registers,
    }),
    connected: new Gauge({
      name: 'ct_bus_connected',
      help: '1 while the connection to the broker stands, else 0',
      labelNames: ['connection'] as const,
      registers,
    }),
  };
}

export type BusMetrics = ReturnType<typeof createBusMetrics>;

/** Counts what became of the events, and passes it on. */
export async function countOutcomes(
  metrics: BusMetrics,
  events: Event[],
  publishing: Promise<PublishOutcome[]>,
) {
  try {
    const outcomes = await publishing;
    outcomes.forEach(({ status }, index) =>
      metrics.published.inc({ type: events[index]?.type, outcome: status }),
    );
    return outcomes;
  } catch (error) {
    for (const { type } of events) metrics.published.inc({ type, outcome: 'failed' });
    throw error;
  }
}
