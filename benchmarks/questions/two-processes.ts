import { alternate, type Bench, type Question } from '../rig/bench.ts';
import type { Finding } from '../rig/measurement.ts';
import { cachedProducts } from './cached-product.ts';

/** What does a second process behind the same port bring, on two cores that the load generator and Redis need as well? */
export const twoProcesses: Question = {
  name: 'two-processes',
  async answer(bench: Bench): Promise<Finding[]> {
    const { rig, seconds } = bench;
    const system = await rig.createSystem();
    try {
      const one = await system.startApi();
      const two = await system.startApi({ processes: 2 });
      const requests = (await cachedProducts.prepare(system)).map((path) => ({ path }));
      const load = async ({ port }: { port: number }) =>
        (await rig.putLoad({ port, requests, seconds })).requestsPerSecond;
      const figures = await alternate(bench, {
        'two processes': () => load(two),
        'one process': () => load(one),
      });
      return [
        {
          row: '15',
          what: 'GET a product, cached in Redis, from two processes',
          unit: 'requests/s',
          better: 'more',
          figures: figures['two processes'],
          reference: { name: 'one process', figures: figures['one process'] },
          mark: 1.3,
          shortfall:
            'The load generator and Redis share the two cores, and one process uses most of one already.',
        },
      ];
    } finally {
      await system.remove();
    }
  },
};
