import { rename, writeFile } from 'node:fs/promises';
import { Gauge, Registry } from 'ct-common-lib';

export interface Verified {
  products: number;
  /** How many of them have a rating that is wrong somewhere. */
  differing: number;
  /** Whether the API takes ratings from this rating database. */
  linked: boolean;
}

/** What was found, in Prometheus's text format, as the textfile collector of node_exporter reads it. */
export function describeVerified(
  { products, differing, linked }: Verified,
  now = Date.now(),
): Promise<string> {
  const metrics = new Registry();
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name: `ct_ratings_${name}`, help, registers: [metrics] }).set(value);
  gauge(
    'verified_products',
    'Products whose ratings npm run ratings:verify has compared with their reviews',
    products,
  );
  gauge('differing_products', 'Those of which a rating is wrong', differing);
  gauge('linked', '1 if the API takes ratings from the rating database, else 0', Number(linked));
  gauge('verified_timestamp_seconds', 'When that ended', now / 1000);
  return metrics.metrics();
}

/** Writes it, whole or not at all: who collects may come at any moment. */
export async function writeVerified(file: string, verified: Verified): Promise<void> {
  const unfinished = `${file}.${process.pid}.new`;
  await writeFile(unfinished, await describeVerified(verified));
  await rename(unfinished, file);
}
