import type { Bench, Question } from '../rig/bench.ts';
import { measureCachedReads } from '../rig/cached-reads.ts';
import { ratiosOf, spreadOf, type Finding } from '../rig/measurement.ts';
import { measuredNodes } from '../rig/nodes.ts';
import { cachedProducts } from './cached-product.ts';

/** Does a client that has the answer already cost no more, beside a 304 that costs nothing, than one that has not? */
export const notModified: Question = {
  name: 'not-modified',
  async answer(bench: Bench): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const node of measuredNodes()) {
      const figures = await measureCachedReads(bench, node, cachedProducts, [
        'api-service',
        'raw node:http',
        'api-service, 304',
        'raw node:http, 304',
      ]);
      const row = { row: '2', unit: 'requests/s', better: 'more' } as const;
      const whole: Finding = {
        ...row,
        what: 'the whole product',
        figures: figures['api-service'],
        reference: { name: 'raw node:http', figures: figures['raw node:http'] },
      };
      findings.push({
        ...row,
        what: `GET a product with If-None-Match, cached in Redis${node.suffix}`,
        figures: figures['api-service, 304'],
        reference: { name: 'raw node:http, 304', figures: figures['raw node:http, 304'] },
        mark: spreadOf(ratiosOf(whole)).median,
        shortfall:
          'The mark is the ratio of the whole product in the same rounds. A 304 saves the reference the larger part of its work, and the service the same bytes but no other step.',
      });
    }
    return findings;
  },
};
