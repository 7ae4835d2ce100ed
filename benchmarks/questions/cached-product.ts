import { alternate, type Bench, type Question } from '../rig/bench.ts';
import type { Finding } from '../rig/measurement.ts';
import { addProducts } from '../rig/catalogue.ts';

/** What does an answer out of Redis cost beside one that costs nothing? */
export const cachedProduct: Question = {
  name: 'cached-product',
  async answer(bench: Bench): Promise<Finding[]> {
    const { rig, seconds } = bench;
    const system = await rig.createSystem();
    const variables = { SIZE: '500' };
    const [api, rawHttp, express] = [
      await system.startApi(),
      await rig.startReference('raw-http.ts', { variables }),
      await rig.startReference('bare-express.ts', { variables }),
    ];
    try {
      const ids = await addProducts(system.databaseUrl, 100);
      const requests = ids.map((id) => ({ path: `/api/products/${id}` }));
      const load = async ({ port }: { port: number }) =>
        (await rig.putLoad({ port, requests, seconds })).requestsPerSecond;
      const figures = await alternate(bench, {
        'api-service': () => load(api),
        'raw node:http': () => load(rawHttp),
        'bare Express': () => load(express),
      });
      const row = { unit: 'requests/s', better: 'more', figures: figures['api-service'] } as const;
      const what = 'GET a product, cached in Redis';
      return [
        { ...row, row: '1', what, reference: named('raw node:http', figures), mark: 0.45 },
        { ...row, row: '1', what, reference: named('bare Express', figures), mark: 2 },
      ];
    } finally {
      await Promise.all([rawHttp.stop(), express.stop()]);
      await system.remove();
    }
  },
};

const named = <Name extends string>(name: Name, figures: Record<Name, number[]>) => ({
  name,
  figures: figures[name],
});
