import { waitFor } from 'ct-common-lib/testing';
import { alternate, type Bench, type Question } from '../rig/bench.ts';
import { addProducts } from '../rig/catalogue.ts';
import { tokenPlace } from '../../test/support/load.ts';
import { newCustomers } from '../rig/customers.ts';
import type { LoadRequest } from '../rig/load.ts';
import type { Finding } from '../rig/measurement.ts';
import type { MeasuredNode } from '../rig/nodes.ts';
import { query, type System } from '../rig/system.ts';

const products = 1_000;

/** What does a new review cost while all that comes after it is being done as well? */
export const newReview: Question = {
  name: 'new-review',
  async answer(bench: Bench): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const node of bench.nodes) findings.push(await measureReviews(bench, node));
    return findings;
  },
};

async function measureReviews(bench: Bench, { node, variables, suffix }: MeasuredNode): Promise<Finding> {
  const { rig, seconds } = bench;
  const system = await rig.createSystem();
  const api = await system.startApi({ node, variables });
  await system.startRating({ node, variables });
  const express = await rig.startReference('review-transaction.ts', {
    variables: { DATABASE_URL: system.databaseUrl },
    node,
  });
  try {
    const requests = (await addProducts(system.databaseUrl, products)).map(reviewOf);
    // Each time of others: a customer reviews a product once.
    const load = async ({ port }: { port: number }) => {
      const tokens = await newCustomers();
      return (await rig.putLoad({ port, requests, tokens, seconds })).requestsPerSecond;
    };
    const figures = await alternate(bench, {
      'api-service': async () => {
        const figure = await load(api);
        await everythingCounted(system);
        return figure;
      },
      'bare Express': () => load(express),
    });
    return {
      row: '5',
      what: `POST a review, with everything that comes after it${suffix}`,
      unit: 'requests/s',
      better: 'more',
      figures: figures['api-service'],
      reference: {
        name: 'bare Express with a Sequelize transaction, and nothing after it',
        figures: figures['bare Express'],
      },
      mark: 1.5,
      shortfall,
    };
  } finally {
    await express.stop();
    await system.remove();
  }
}

const shortfall =
  'Both processors are busy. With all that comes after it a review took 0.9 ms of their time before its customer had to show a token, the reference 1.0 ms for the answer alone: 0.33 ms in api-service with its relays and the ratings that come back, 0.26 ms in PostgreSQL, 0.17 ms in RabbitMQ and 0.14 ms in rating-service. To check a token, of another customer each time, takes another 0.14 to 0.25 ms, which the reference does not do. On Node 24 Express, and so the reference, takes less than on Node 20.';

const reviewOf = (productId: string, n: number): LoadRequest => ({
  method: 'POST',
  path: '/api/reviews',
  headers: { Authorization: `Bearer ${tokenPlace}` },
  body: JSON.stringify({
    productId,
    rating: 1 + (n % 5),
    title: `Worn for ${n} weeks`,
    text: 'Bought for the hills behind the house and worn in all weathers since. Dry feet, a firm heel, and the sole grips on wet stone.',
    authorName: `Robin ${n}`,
  }),
});

/** What is still to be done would be done while it is the reference's turn. */
async function everythingCounted({ databaseUrl }: System): Promise<void> {
  const isDone = async () => {
    const [row] = await query<{ done: boolean }>(
      databaseUrl,
      `SELECT (SELECT sum(review_count) FROM products) = (SELECT count(*) FROM reviews)
              AND NOT EXISTS (SELECT FROM outbox) AND NOT EXISTS (SELECT FROM cache_invalidation) AS done`,
    );
    return row!.done;
  };
  await waitFor('every review to be counted', isDone, { timeoutMs: 120_000, intervalMs: 250 });
}
