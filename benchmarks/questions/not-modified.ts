import type { Bench, Question } from '../rig/bench.ts';
import { measureCachedReads } from '../rig/cached-reads.ts';
import { ratiosOf, spreadOf, type Finding } from '../rig/measurement.ts';
import { cachedProducts } from './cached-product.ts';

/** Does a client that has the answer already get its 304 as quickly, beside the whole answer and beside a 304 that costs nothing? */
export const notModified: Question = {
  name: 'not-modified',
  async answer(bench: Bench): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const node of bench.nodes) {
      const figures = await measureCachedReads(bench, node, cachedProducts, [
        'api-service',
        'raw node:http',
        'api-service, 304',
        'raw node:http, 304',
      ]);
      const row = {
        row: '2',
        what: `GET a product with If-None-Match, cached in Redis${node.suffix}`,
        unit: 'requests/s',
        better: 'more',
        figures: figures['api-service, 304'],
      } as const;
      const against = (name: keyof typeof figures) => ({ reference: { name, figures: figures[name] } });
      const whole: Finding = { ...row, figures: figures['api-service'], ...against('raw node:http') };
      findings.push(
        // The ratio of the whole product in the same rounds.
        { ...row, ...against('raw node:http'), mark: spreadOf(ratiosOf(whole)).median },
        { ...row, ...against('raw node:http, 304') },
      );
    }
    return findings;
  },
};
