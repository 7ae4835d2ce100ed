import { expect } from 'chai';
import { waitFor } from '../../src/testing/index.ts';
import { createFaultyStore } from './support/faulty-store.ts';
import { createGate } from './support/gate.ts';
import { cacheShop, createShop, createTestCache } from './support/shop.ts';

describe('a cache that looks whether its store is back', () => {
  const caches: { stop(): Promise<void> }[] = [];
  afterEach(() => Promise.all(caches.splice(0).map((cache) => cache.stop())));

  async function begin({ probeIntervalMs = 10, readBudgetMs = 5_000 } = {}) {
    const faulty = createFaultyStore();
    let settled = 0;
    const cache = createTestCache(faulty.store, {
      probeIntervalMs,
      readBudgetMs,
      async settleOwedBumps() {
        settled++;
      },
    });
    caches.push(cache);
    await cache.start();
    const products = cacheShop(createShop(), cache);
    const failBumps = async (bumps: number) => {
      faulty.failAll();
      for (let i = 0; i < bumps; i++) await cache.bump(['product:1']);
      faulty.failing.clear();
    };
    const inUse = () => waitFor('the store to be used', () => cache.state() === 'in-use');
    const probes = () => faulty.calls.filter((call) => call === 'ping').length;
    return { faulty, cache, products, failBumps, inUse, probes, settled: () => settled };
  }

  it('settles what is owed once for each time that it was away, however many bumps failed in it', async () => {
    const { failBumps, inUse, settled } = await begin();
    await failBumps(20);
    await inUse();
    await failBumps(20);
    await inUse();
    expect(settled()).to.equal(3);
  });

  it('does not count reads against it that began before it was away', async () => {
    const { faulty, cache, products, failBumps, inUse } = await begin({ readBudgetMs: 60_000 });
    const gate = createGate();
    faulty.beforeAnswer = async (operation) => {
      if (operation !== 'read') return;
      await gate.pass();
      throw new Error('the answer was lost');
    };
    const reads = Array.from({ length: 5 }, (_, i) => products.find(`${i}`));
    await gate.reached;
    await failBumps(1);
    await inUse();
    gate.open();
    await Promise.all(reads);
    expect(cache.state()).to.equal('in-use');
  });

  it('looks no more once it was stopped, also in the middle of a look', async () => {
    const stopped = await begin();
    const other = await begin();
    const gate = createGate();
    stopped.faulty.beforeAnswer = (operation) => (operation === 'ping' ? gate.pass() : Promise.resolve());
    await stopped.failBumps(1);
    await gate.reached;
    await stopped.cache.stop();
    gate.open();
    const before = stopped.probes();
    expect(await stopped.cache.metric('breaker_open')).to.equal(1);

    // As the other looks at the same pace, the stopped one would have looked by now.
    other.faulty.disconnect();
    expect(other.cache.state()).to.equal('bypassed');
    await waitFor('five looks of another', () => other.probes() > 5);
    expect(stopped.probes()).to.equal(before);
  });
});
