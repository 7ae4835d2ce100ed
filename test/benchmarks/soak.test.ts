import { expect } from 'chai';
import { createReadme } from '../../benchmarks/report/readme.ts';
import { judge, type Soak } from '../../benchmarks/soak/judgement.ts';

const eight = (value: (n: number) => number) => Array.from({ length: 8 }, (_, n) => value(n));

/** Two samples a quarter, of a system that stays as it is. */
const flat = (samples: Soak['samples'] = {}) => ({
  rate: 100,
  samples: { 'requests/s': eight(() => 100), errors: eight(() => 0), ...samples },
});

const verdictOn = (name: string, soak: ReturnType<typeof flat>) =>
  judge(soak).find(({ what }) => what.startsWith(name))!.isFlat;

describe('the judgement of a soak', () => {
  it('finds flat what stays, and what grows while caches are filled', () => {
    const filling = flat({ 'api-service: memory, MiB': [40, 80, 100, 102, 103, 101, 104, 105] });
    expect(judge(filling).every(({ isFlat }) => isFlat)).to.be.true;
  });

  it('finds memory that grows by more than a fifth after the second quarter', () => {
    const name = 'api-service: memory, MiB';
    expect(verdictOn(name, flat({ [name]: eight((n) => 100 + n * 3) }))).to.be.true;
    expect(verdictOn(name, flat({ [name]: eight((n) => 100 + n * 10) }))).to.be.false;
  });

  it('judges tables by their peaks, as autovacuum empties them now and then', () => {
    const name = 'outbox: dead rows';
    const sawTooth = [0, 9_000, 0, 9_000, 0, 9_000, 0, 9_500];
    expect(verdictOn(name, flat({ [name]: sawTooth }))).to.be.true;
    expect(verdictOn(name, flat({ [name]: [...sawTooth.slice(0, 7), 30_000] }))).to.be.false;
  });

  it('calls no growth what is below a harmless amount', () => {
    expect(verdictOn('p99: latency', flat({ 'p99: latency, ms': eight((n) => 0.2 + n / 5) }))).to.be.true;
    expect(verdictOn('p99: latency', flat({ 'p99: latency, ms': eight((n) => 2 + n) }))).to.be.false;
    expect(verdictOn('q: messages', flat({ 'q: messages': eight((n) => n * 50) }))).to.be.true;
  });

  it('finds a rate that was not kept up, and a single error', () => {
    expect(verdictOn('requests/s', flat({ 'requests/s': eight((n) => 100 - n) }))).to.be.false;
    expect(verdictOn('errors', flat({ errors: [1, 0, 0, 0, 0, 0, 0, 0] }))).to.be.false;
  });

  it('refuses to judge what has no quarters', () => {
    expect(() => judge(flat({ 'requests/s': [1, 2, 3] }))).to.throw(RangeError);
  });

  it('is told in the README, with the plot', () => {
    const soak: Soak = {
      ...flat({ seconds: eight((n) => n * 5), 'p50: latency, ms': eight((n) => 2 + n) }),
      date: '2026-01-02T03:04:05.678Z',
      commit: '0123456789',
      minutes: 30,
      peak: 200,
      machine: { processor: 'Some processor', cores: 2, memoryGiB: 8, kernel: '6.1' },
      versions: {},
    };
    const readme = createReadme([], soak);
    expect(readme).to.include('30 minutes at 100 requests/s, half of the 200/s');
    expect(readme).to.include('| p50: latency, ms (median) | 4.5 | 8.5 | **no** |');
    expect(readme).to.include('(plots/soak.svg)');
  });
});
