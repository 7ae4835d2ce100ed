import { collectDefaultMetrics, Registry } from 'prom-client';
import { within } from './within.ts';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * A Prometheus registry of one service's own, with the metrics of the Node.js process in it. Every metric
 * carries the label `service`, so that two services in one process can be told apart.
 */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

const answerTimeoutMs = 1_000;

/**
 * A question for gauges to ask when they are collected, bounded whoever scrapes and how often: it is asked once at a time, for all
 * gauges and scrapes that want it meanwhile, and gives `undefined` if it fails or is not answered within a second. One that is not
 * answered then is not asked again before it has ended.
 */
export function createProbe<T>(ask: () => Promise<T>): () => Promise<T | undefined> {
  let asked: Promise<T | undefined> | undefined;
  return () => {
    asked ??= ask()
      .catch(() => undefined)
      .finally(() => (asked = undefined));
    return within(answerTimeoutMs, asked).catch(() => undefined);
  };
}
