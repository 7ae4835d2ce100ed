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
      const names = ['api-service', 'raw node:http', 'bare Express', 'Redis by hand'] as const;
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
        { ...row, ...against('Redis by hand') },
      );
    }
    return findings;
  },
};

const shortfall =
  'The bound is the answer by hand, of one MGET of two keys and nothing around it: see the row against it.';
