import { alternate, type Bench, type Question } from '../rig/bench.ts';
import { prepare } from '../rig/backlog.ts';
import { askForFigure } from '../rig/figure.ts';
import { growthPerSecond } from '../rig/growth.ts';
import type { Finding } from '../rig/measurement.ts';
import { query, type System } from '../rig/system.ts';

/** The bytes of a review event. */
const messageBytes = 427;

/** How fast does what the triggers have written down reach the broker? */
export const relay: Question = {
  name: 'relay',
  async answer(bench: Bench): Promise<Finding[]> {
    const { rig, quick } = bench;
    const rows = quick ? 40_000 : 200_000;
    const publisher = await rig.startReference('confirmed-publisher.ts', {
      variables: { RABBITMQ_URL: rig.rabbitUrl, QUEUE: 'bench-reference', SIZE: String(messageBytes) },
    });
    try {
      const figures = await alternate(bench, {
        'api-service': () => relayRows(bench, rows),
        'bare amqplib': () => askForFigure(publisher, `/${rows}`),
      });
      return [
        {
          row: '9',
          what: 'Relay outbox rows to confirmed events',
          unit: 'rows/s',
          better: 'more',
          figures: figures['api-service'],
          reference: { name: 'bare amqplib, 500 in flight', figures: figures['bare amqplib'] },
          mark: 0.4,
        },
      ];
    } finally {
      await publisher.stop();
    }
  },
};

/** Rows a second, from the first batch to the last; rating-service is away. */
async function relayRows({ rig }: Bench, rows: number): Promise<number> {
  const system = await rig.createSystem();
  try {
    await prepare(system);
    await fillOutbox(system, rows);
    const api = await system.startApi();
    const relayed = () => api.metric('ct_outbox_rows_total', 'table="outbox",outcome="delivered"');
    return await growthPerSecond(relayed, rows);
  } finally {
    await system.remove();
  }
}

/** As the triggers of reviews would; the link between the databases stands, as it does from the first rating on. */
async function fillOutbox({ databaseUrl }: System, rows: number): Promise<void> {
  await query(databaseUrl, 'UPDATE rating_link SET store = gen_random_uuid()');
  await query(
    databaseUrl,
    `INSERT INTO outbox (type, subject, data)
     SELECT 'review-created', product_id, jsonb_build_object(
              'reviewId', gen_random_uuid(), 'productId', product_id, 'rating', 1 + n % 5, 'version', 1)
       FROM (SELECT n, gen_random_uuid() AS product_id FROM generate_series(1, $1::int) AS n) AS review`,
    [rows],
  );
}
