import type { Finding } from '../../../benchmarks/rig/measurement.ts';

/** One that reaches its mark: a ratio of 0.5 in each of three rounds. */
export const finding = (given: Partial<Finding> = {}): Finding => ({
  row: '1',
  what: 'GET a product',
  unit: 'requests/s',
  better: 'more',
  figures: [100, 200, 300],
  reference: { name: 'raw', figures: [200, 400, 600] },
  mark: 0.45,
  ...given,
});
