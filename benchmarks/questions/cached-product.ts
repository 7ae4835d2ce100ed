import type { Bench, Question } from '../rig/bench.ts';
import { measureCachedReads, type CachedReads } from '../rig/cached-reads.ts';
import { addProducts } from '../rig/catalogue.ts';
import type { Finding } from '../rig/measurement.ts';

export const cachedProducts: CachedReads = {
  prepare: async ({ databaseUrl }) =>
    (await addProducts(databaseUrl, 100)).map((id) => `/api/products/${id}`),
  bytes: 500,
};

/** What does an answer out of Redis cost beside one that costs nothing? */
export const cachedProduct: Question = {
  name: 'cached-product',
  async answer(bench: Bench): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const node of bench.nodes) {
      const names = ['api-service', 'raw node:http', 'bare Express'] as const;
      const figures = await measureCachedReads(bench, node, cachedProducts, [...names]);
      const row = {
        row: '1',
        what: `GET a product, cached in Redis${node.suffix}`,
        unit: 'requests/s',
        better: 'more',
        figures: figures['api-service'],
      } as const;
      const against = (name: keyof typeof figures) => ({ reference: { name, figures: figures[name] } });
      findings.push(
        { ...row, ...against('raw node:http'), mark: 0.45, shortfall },
        { ...row, ...against('bare Express'), ...(node.major === 20 && { mark: 2 }) },
      );
    }
    return findings;
  },
};

const shortfall =
  'An answer by hand, node:http with one MGET of two keys through the same Redis client and nothing else, reaches about 0.7.';
