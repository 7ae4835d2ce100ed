import type { Bench, Question } from '../rig/bench.ts';
import { measureCachedReads, type CachedReads } from '../rig/cached-reads.ts';
import { addProducts, addReviews } from '../rig/catalogue.ts';
import type { Finding } from '../rig/measurement.ts';

export const firstPages: CachedReads = {
  async prepare({ databaseUrl }) {
    const ids = await addProducts(databaseUrl, 100);
    await addReviews(databaseUrl, 30);
    return ids.map((id) => `/api/products/${id}/reviews`);
  },
};

/** What does a page of 20 reviews, each with a cache entry of its own, cost beside the same number of bytes? */
export const reviewPage: Question = {
  name: 'review-page',
  async answer(bench: Bench): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const node of bench.nodes) {
      const figures = await measureCachedReads(bench, node, firstPages, ['api-service', 'raw node:http']);
      findings.push({
        row: '3',
        what: `GET the first 20 reviews of a product, cached in Redis${node.suffix}`,
        unit: 'requests/s',
        better: 'more',
        figures: figures['api-service'],
        reference: { name: 'raw node:http', figures: figures['raw node:http'] },
        mark: 0.3,
        shortfall:
          'A page is two round trips to Redis, as each review is read through an entry of its own so that it is never staler in a list than alone: 42 values for a page. What that costs with nothing around it is told in the row beside Redis by hand.',
      });
    }
    return findings;
  },
};
