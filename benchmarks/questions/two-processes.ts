import { alternate, type Bench, type Question } from '../rig/bench.ts';
import type { Finding } from '../rig/measurement.ts';
import { cachedProducts } from './cached-product.ts';

/** What does a second process behind the same port bring, on two cores that the load generator and Redis need as well? */
export const twoProcesses: Question = {
  name: 'two-processes',
  async answer(bench: Bench): Promise<Finding[]> {
    const { rig, seconds } = bench;
    const system = await rig.createSystem();
    const references: { stop: () => Promise<void> }[] = [];
    try {
      const one = await system.startApi();
      const two = await system.startApi({ processes: 2 });
      const requests = (await cachedProducts.prepare(system)).map((path) => ({ path }));
      const load = async ({ port }: { port: number }) =>
        (await rig.putLoad({ port, requests, seconds })).requestsPerSecond;
      const rawOne = await rig.startReference('raw-http.ts', { variables: { SIZE: '500' } });
      const rawTwo = await rig.startReference('raw-http.ts', { variables: { SIZE: '500' }, processes: 2 });
      references.push(rawOne, rawTwo);
      const figures = await alternate(bench, {
        'two processes': () => load(two),
        'one process': () => load(one),
        'raw node:http, two processes': () => load(rawTwo),
        'raw node:http, one process': () => load(rawOne),
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
            'The load generator and Redis share the two cores, and one process uses most of one already. What a second process brings to a server that does nothing at all is in the row below.',
        },
        {
          row: '15',
          what: 'The same with raw node:http, which answers a fixed buffer',
          unit: 'requests/s',
          better: 'more',
          figures: figures['raw node:http, two processes'],
          reference: { name: 'one process', figures: figures['raw node:http, one process'] },
        },
      ];
    } finally {
      await Promise.all(references.map((reference) => reference.stop()));
      await system.remove();
    }
  },
};
