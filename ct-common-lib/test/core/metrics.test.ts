import { expect } from 'chai';
import { Counter, createMetrics } from '../../src/index.ts';

describe('createMetrics', () => {
  it('keeps two services in one process apart, though their metrics have the same names', async () => {
    const [api, rating] = ['api-service', 'rating-service'].map(createMetrics);
    for (const [registry, count] of [
      [api!, 1],
      [rating!, 2],
    ] as const) {
      new Counter({ name: 'ct_test_total', help: 'test', registers: [registry] }).inc(count);
    }
    expect(await api!.metrics()).to.include('ct_test_total{service="api-service"} 1');
    expect(await rating!.metrics()).to.include('ct_test_total{service="rating-service"} 2');
  });

  it('tells of the process', async () => {
    const text = await createMetrics('api-service').metrics();
    expect(text).to.match(/^process_cpu_seconds_total\{service="api-service"\} [\d.]+$/m);
  });
});
