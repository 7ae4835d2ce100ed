import { expect } from 'chai';
import { Counter, createMetrics, createProbe } from '../../src/index.ts';

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

describe('createProbe', () => {
  it('asks once for all who want to know at the same time, and anew for whoever comes later', async () => {
    let asked = 0;
    const probe = createProbe(async () => ++asked);
    expect(await Promise.all([probe(), probe(), probe()])).to.deep.equal([1, 1, 1]);
    expect(await probe()).to.equal(2);
  });

  it('gives undefined for a failure, and asks again', async () => {
    let asked = 0;
    const probe = createProbe(async () => {
      if (++asked === 1) throw new Error('away');
      return asked;
    });
    expect(await probe()).to.equal(undefined);
    expect(await probe()).to.equal(2);
  });

  it('waits for a second, and asks nothing more until what it has asked has ended', async () => {
    let asked = 0;
    let answer: (value: string) => void = () => {};
    const probe = createProbe(() => {
      asked++;
      return new Promise<string>((resolve) => (answer = resolve));
    });
    expect(await Promise.all([probe(), probe()])).to.deep.equal([undefined, undefined]);
    expect(await probe()).to.equal(undefined);
    expect(asked).to.equal(1);
    answer('late');
    await new Promise((resolve) => setImmediate(resolve));
    const next = probe();
    answer('in time');
    expect(await next).to.equal('in time');
    expect(asked).to.equal(2);
  });
});
