import type { Bench, Question } from '../rig/bench.ts';
import { measureCachedReads } from '../rig/cached-reads.ts';
import type { Finding } from '../rig/measurement.ts';
import { cachedProducts } from './cached-product.ts';
import { firstPages } from './review-page.ts';

const reads = [
  { row: '1', what: 'GET a product, cached in Redis', of: cachedProducts },
  {
    row: '3',
    what: 'GET the first 20 reviews of a product, cached in Redis',
    of: { ...firstPages, items: 20 },
  },
];

/**
 * What does an answer out of Redis cost beside the same look-ups with nothing around them? That bounds what can be reached, and
 * a busy machine slows both alike, so that a loss shows.
 */
export const redisByHand: Question = {
  name: 'redis-by-hand',
  async answer(bench: Bench): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const node of bench.nodes)
      for (const { row, what, of } of reads) {
        const figures = await measureCachedReads(bench, node, of, ['api-service', 'Redis by hand']);
        findings.push({
          row,
          what: `${what}${node.suffix}`,
          unit: 'requests/s',
          better: 'more',
          figures: figures['api-service'],
          reference: { name: 'Redis by hand', figures: figures['Redis by hand'] },
          isCompared: true,
        });
      }
    return findings;
  },
};
