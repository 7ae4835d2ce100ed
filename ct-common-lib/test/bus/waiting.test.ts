import { expect } from 'chai';
import { backoffMs, onAbort, pause, within } from '../../src/bus/waiting.ts';

const never = new Promise<never>(() => {});

describe('backoffMs', () => {
  it('doubles from 50 ms up to its limit, and is up to a quarter shorter at random', () => {
    for (const [failures, fullMs] of [
      [0, 50],
      [1, 100],
      [4, 800],
      [5, 1000],
      [1000, 1000],
    ] as const) {
      const pauses = Array.from({ length: 200 }, () => backoffMs(failures, 1000));
      expect(Math.max(...pauses), `${failures}`).to.be.within(0.95 * fullMs, fullMs);
      expect(Math.min(...pauses), `${failures}`).to.be.within(0.75 * fullMs, 0.8 * fullMs);
    }
  });
});

describe('pause', () => {
  it('ends when it is over, or called off, or was called off before', async () => {
    const abort = new AbortController();
    await pause(1, abort.signal);
    const pausing = pause(60_000, abort.signal);
    abort.abort();
    await pausing;
    await pause(60_000, abort.signal);
  });

  it('does not end before', async () => {
    const order: string[] = [];
    setTimeout(() => order.push('a shorter time'), 1);
    await pause(20, new AbortController().signal);
    expect(order).to.deep.equal(['a shorter time']);
  });
});

describe('onAbort', () => {
  it('acts once when the signal is aborted, and at once when it is already', () => {
    const abort = new AbortController();
    const acts: string[] = [];
    onAbort(abort.signal, () => acts.push('later'));
    expect(acts).to.deep.equal([]);
    abort.abort();
    abort.signal.dispatchEvent(new Event('abort'));
    onAbort(abort.signal, () => acts.push('at once'));
    expect(acts).to.deep.equal(['later', 'at once']);
  });
});

describe('within', () => {
  it('gives what the work gives or throws, and else what is given for being late', async () => {
    expect(await within(60_000, Promise.resolve('done'), () => 'late')).to.equal('done');
    expect(await within(1, never, () => 'late')).to.equal('late');
    const failure = new Error('failed');
    const failing = within(60_000, Promise.reject(failure), () => 'late');
    expect(await failing.catch((error: unknown) => error)).to.equal(failure);
  });

  it('leaves no timers behind', async () => {
    // Mocha has some of its own.
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const works = Array.from({ length: 50 }, () => within(60_000, Promise.resolve(), () => undefined));
    expect(timers()).to.be.at.least(50);
    await Promise.all(works);
    expect(timers() - before).to.be.below(25);
  });
});
