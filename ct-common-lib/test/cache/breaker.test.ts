import { expect } from 'chai';
import { TransientError } from '../../src/errors.ts';
import { withCache, type CacheOptions } from '../../src/cache/index.ts';
import { waitFor } from '../../src/testing/index.ts';
import { createFaultyStore } from './support/faulty-store.ts';
import { createGate } from './support/gate.ts';
import { cacheShop, createShop, createTestCache, type Shop } from './support/shop.ts';

const outcomeOf = (work: Promise<unknown>) => work.catch((error: unknown) => error);

describe('a cache whose store fails', () => {
  let faulty: ReturnType<typeof createFaultyStore>;
  let cache: ReturnType<typeof createTestCache>;
  let shop: Shop;
  let products: Shop;

  async function begin(options: Partial<CacheOptions> = {}) {
    faulty = createFaultyStore();
    cache = createTestCache(faulty.store, { probeIntervalMs: 10, ...options });
    await cache.start();
    shop = createShop();
    shop.rows.set('1', { id: '1', name: 'old' });
    products = cacheShop(shop, cache);
  }

  afterEach(() => cache.stop());

  const nameOf = async (id: string) => (await products.find(id))?.name;
  const inUse = () => waitFor('the store to be used', () => cache.state() === 'in-use');

  /** Saves while bumps fail, so that one is owed. */
  async function saveWithoutBump(id: string, name: string) {
    faulty.failing.add('replaceTokens');
    await products.save(id, name);
    faulty.failing.delete('replaceTokens');
  }

  describe('on reads', () => {
    it('loads what it cannot read, and goes on asking', async () => {
      await begin();
      await nameOf('1');
      faulty.failing.add('read');
      for (let i = 0; i < 4; i++) expect(await nameOf('1')).to.equal('old');
      faulty.failing.clear();
      shop.calls.length = 0;
      expect(await nameOf('1')).to.equal('old');
      expect(shop.calls).to.deep.equal([]);
    });

    it('stops asking after five failures in a row, until the store answers again', async () => {
      await begin();
      await nameOf('1');
      faulty.failAll();
      for (let i = 0; i < 5; i++) await nameOf('1');
      expect(cache.state()).to.equal('bypassed');
      expect(await cache.metric('breaker_open')).to.equal(1);
      faulty.calls.length = 0;
      expect(await nameOf('1')).to.equal('old');
      expect(faulty.calls).not.to.include('read');
      expect(await cache.metric('reads_total{cache="products",result="bypass"}')).to.equal(6);

      faulty.failing.clear();
      await inUse();
      expect(await cache.metric('breaker_open')).to.equal(0);
      shop.calls.length = 0;
      expect(await nameOf('1')).to.equal('old');
      expect(shop.calls).to.deep.equal([]);
    });

    it('counts only failures in a row', async () => {
      await begin();
      await nameOf('1');
      for (let i = 0; i < 10; i++) {
        faulty.failing.add('read');
        await nameOf('1');
        faulty.failing.delete('read');
        await nameOf('1');
      }
      expect(cache.state()).to.equal('in-use');
    });

    it('loads when no answer comes within the budget, and ignores it when it comes', async () => {
      await begin({ readBudgetMs: 20 });
      await nameOf('1');
      const gate = createGate();
      faulty.beforeAnswer = (operation) => (operation === 'read' ? gate.pass() : Promise.resolve());
      shop.rows.set('1', { id: '1', name: 'loaded' });
      expect(await nameOf('1')).to.equal('loaded');
      gate.open();
      expect(shop.calls).to.deep.equal(['find 1', 'find 1']);
    });

    it('loads when a token cannot be claimed, and keeps nothing', async () => {
      await begin();
      faulty.failing.add('claimTokens');
      expect(await nameOf('1')).to.equal('old');
      expect(await products.findMany(['1'])).to.deep.equal([{ id: '1', name: 'old' }]);
      expect(faulty.calls).not.to.include('write');
    });

    it('gives what it loaded when it cannot be kept', async () => {
      await begin();
      faulty.failing.add('write');
      expect(await nameOf('1')).to.equal('old');
      expect(await nameOf('1')).to.equal('old');
      expect(shop.calls).to.deep.equal(['find 1', 'find 1']);
    });

    it('gives the error of the load, never that of the store', async () => {
      await begin();
      const failure = new Error('the database is away');
      shop.afterRead = () => Promise.reject(failure);
      faulty.failAll();
      for (let i = 0; i < 8; i++) expect(await outcomeOf(products.find('1'))).to.equal(failure);
    });

    it('loads what cannot be decoded, and gives what cannot be encoded', async () => {
      await begin();
      let readable = false;
      const codec = {
        encode: (name: string) => {
          if (name === 'unspeakable') throw new Error('no bytes for this');
          return Buffer.from(name);
        },
        decode: (bytes: Buffer) => {
          if (!readable) throw new Error('written by an older release');
          return bytes.toString();
        },
      };
      const calls: string[] = [];
      const names = withCache(
        {
          async find(id: string) {
            calls.push(id);
            return id;
          },
        },
        {
          cache,
          name: 'names',
          reads: { find: { key: (id) => id, tags: (id) => [id], ttlSeconds: 60, codec } },
        },
      );
      for (const id of ['a', 'a', 'unspeakable', 'unspeakable']) expect(await names.find(id)).to.equal(id);
      readable = true;
      expect(await names.find('a')).to.equal('a');
      expect(calls).to.deep.equal(['a', 'a', 'unspeakable', 'unspeakable']);
    });
  });

  describe('on bumps', () => {
    it('tries a failed bump once more', async () => {
      await begin();
      await nameOf('1');
      let attempts = 0;
      faulty.beforeAnswer = async (operation) => {
        if (operation === 'replaceTokens' && ++attempts === 1) throw new Error('the answer was lost');
      };
      await products.save('1', 'new');
      expect(attempts).to.equal(2);
      expect(cache.state()).to.equal('in-use');
      expect(await nameOf('1')).to.equal('new');
    });

    it('shows the writer its own write when the bump failed', async () => {
      await begin({ probeIntervalMs: 60_000 });
      await nameOf('1');
      await saveWithoutBump('1', 'new');
      expect(cache.state()).to.equal('bypassed');
      expect(await nameOf('1')).to.equal('new');
      expect(await products.findMany(['1'])).to.deep.equal([{ id: '1', name: 'new' }]);
      expect(await cache.metric('bumps_total{result="failed"}')).to.equal(1);
    });

    it('answers a write though the store never answers the bump', async () => {
      await begin({ probeIntervalMs: 60_000 });
      await nameOf('1');
      const gate = createGate();
      faulty.beforeAnswer = () => gate.pass();
      await products.save('1', 'new');
      expect(await nameOf('1')).to.equal('new');
      gate.open();
    });

    it('answers a write, and reads at once, when there is no connection', async () => {
      await begin();
      await nameOf('1');
      faulty.disconnect();
      await products.save('1', 'new');
      expect(await nameOf('1')).to.equal('new');
      expect(cache.state()).to.equal('bypassed');
    });

    it('still makes bumps while reads go past the store, for the other instances', async () => {
      await begin({ probeIntervalMs: 60_000 });
      const peer = createTestCache(faulty.store);
      await peer.start();
      const peerProducts = cacheShop(shop, peer);
      await peerProducts.find('1');
      await saveWithoutBump('2', 'unrelated');
      expect(cache.state()).to.equal('bypassed');
      await products.save('1', 'new');
      expect(peer.state()).to.equal('in-use');
      expect(await peerProducts.find('1')).to.have.property('name', 'new');
    });

    it('tells whoever works off the owed bumps whether one was made', async () => {
      await begin();
      faulty.failing.add('replaceTokens');
      const failed = await outcomeOf(cache.bumpOrThrow(['product:1']));
      expect(failed).to.be.instanceOf(TransientError).with.property('code', 'BUMP_FAILED');
      faulty.failing.clear();
      await cache.bumpOrThrow(['product:1']);
      await cache.bumpOrThrow([]);
    });

    it('does not serve an answer of the store that was under way when a bump failed', async () => {
      await begin({ probeIntervalMs: 60_000 });
      await nameOf('1');
      const gate = createGate();
      faulty.beforeAnswer = (operation) => (operation === 'read' ? gate.pass() : Promise.resolve());
      const reading = nameOf('1');
      await gate.reached;
      await saveWithoutBump('1', 'new');
      gate.open();
      expect(await reading).to.equal('new');
    });

    it('does not keep a value under tokens that were claimed when a bump failed', async () => {
      await begin({ probeIntervalMs: 60_000 });
      const gate = createGate();
      faulty.beforeAnswer = (operation) => (operation === 'claimTokens' ? gate.pass() : Promise.resolve());
      const reading = nameOf('1');
      await gate.reached;
      await saveWithoutBump('1', 'new');
      gate.open();
      expect(await reading).to.equal('new');
      expect(faulty.calls).not.to.include('write');
    });
  });

  describe('and recovers', () => {
    it('serves nothing from the store before the owed bumps were made', async () => {
      const settling = createGate();
      const owed: string[] = [];
      let held = false;
      await begin({
        async settleOwedBumps() {
          if (!owed.length) return;
          held = true;
          await settling.pass();
          await cache.bumpOrThrow(owed);
        },
      });
      await nameOf('1');
      owed.push('product:1');
      await saveWithoutBump('1', 'new');
      await settling.reached;
      expect(held).to.equal(true);
      expect(cache.state()).to.equal('bypassed');
      expect(await nameOf('1')).to.equal('new');

      settling.open();
      await inUse();
      expect(await nameOf('1')).to.equal('new');
      shop.calls.length = 0;
      expect(await nameOf('1')).to.equal('new');
      expect(shop.calls).to.deep.equal([]);
    });

    it('does not serve what a load that was under way when the bump failed has kept', async () => {
      const owed: string[] = [];
      await begin({ settleOwedBumps: () => cache.bumpOrThrow(owed) });
      const gate = createGate();
      shop.afterRead = () => gate.pass();
      const reading = nameOf('1');
      await gate.reached;
      shop.afterRead = async () => {};
      owed.push('product:1');
      await saveWithoutBump('1', 'new');
      gate.open();
      expect(await reading).to.equal('old');
      await inUse();
      expect(await nameOf('1')).to.equal('new');
    });

    it('stays past the store when another bump fails while it settles', async () => {
      const gates = [createGate(), createGate()];
      let settled = 0;
      let starting = true;
      await begin({
        async settleOwedBumps() {
          if (!starting) await gates[settled++]?.pass();
        },
      });
      starting = false;
      await saveWithoutBump('1', 'new');
      await gates[0]?.reached;
      await saveWithoutBump('1', 'newer');
      gates[0]?.open();
      await gates[1]?.reached;
      expect(cache.state()).to.equal('bypassed');
      gates[1]?.open();
      await inUse();
    });

    it('stays past the store while settling fails or takes too long', async () => {
      let calls = 0;
      const never = createGate();
      await begin({
        async settleOwedBumps() {
          calls++;
          if (calls === 2) throw new Error('the database is away');
          if (calls === 3) await never.pass();
        },
      });
      await saveWithoutBump('1', 'new');
      await never.reached;
      expect(cache.state()).to.equal('bypassed');
      await inUse();
      expect(calls).to.equal(4);
      never.open();
    });

    it('settles owed bumps after a lost connection, as other instances may owe some', async () => {
      let calls = 0;
      await begin({
        async settleOwedBumps() {
          calls++;
        },
      });
      await nameOf('1');
      faulty.disconnect();
      faulty.connect();
      expect(cache.state()).to.equal('bypassed');
      await inUse();
      expect(calls).to.equal(2);
    });

    it('does not take a probe of an earlier connection for one of this', async () => {
      const gate = createGate();
      let calls = 0;
      await begin({
        async settleOwedBumps() {
          if (++calls === 2) await gate.pass();
        },
      });
      await saveWithoutBump('1', 'new');
      await gate.reached;
      faulty.disconnect();
      faulty.connect();
      gate.open();
      await inUse();
      expect(calls).to.equal(3);
    });
  });

  describe('and reads go past it', () => {
    it('bounds the loads that run and the reads that wait, and refuses the rest as overload', async () => {
      await begin({ bypassConcurrency: 2, bypassQueueLength: 3, probeIntervalMs: 60_000 });
      await saveWithoutBump('1', 'new');
      const gate = createGate();
      shop.afterRead = () => gate.pass();
      const reads = ['1', '1', 'a', 'b', 'c'].map((id) => nameOf(id));
      const refused = await outcomeOf(nameOf('d'));
      expect(refused).to.be.instanceOf(TransientError).with.property('code', 'OVERLOADED');
      await gate.reached;
      // Without tokens nobody may join a load that runs; both have asked before this one was sent.
      expect(shop.calls).to.deep.equal(['findMany 1,1']);
      gate.open();
      expect(await Promise.all(reads)).to.deep.equal(['new', 'new', undefined, undefined, undefined]);
      expect(shop.calls).to.deep.equal(['findMany 1,1', 'findMany a,b', 'find c']);
      expect(await nameOf('1')).to.equal('new');
    });

    it('gives the place of a load that failed to the next', async () => {
      await begin({ bypassConcurrency: 1, bypassQueueLength: 1, probeIntervalMs: 60_000 });
      await saveWithoutBump('1', 'new');
      shop.afterRead = () => Promise.reject(new Error('the database is away'));
      for (let i = 0; i < 3; i++) {
        const outcomes = await Promise.all([outcomeOf(nameOf('1')), outcomeOf(nameOf('1'))]);
        for (const outcome of outcomes) expect(outcome).to.have.property('message', 'the database is away');
      }
    });

    it('loads before it was started and after it was stopped', async () => {
      await begin();
      const idle = createTestCache(faulty.store);
      expect(idle.state()).to.equal('bypassed');
      expect(await cacheShop(shop, idle).find('1')).to.have.property('name', 'old');
      await cache.stop();
      expect(cache.state()).to.equal('stopped');
      expect(await nameOf('1')).to.equal('old');
      await products.save('1', 'new');
      expect(await nameOf('1')).to.equal('new');
    });

    it('stays stopped when it was stopped during a probe', async () => {
      const gate = createGate();
      let calls = 0;
      await begin({
        async settleOwedBumps() {
          if (++calls === 2) await gate.pass();
        },
      });
      await saveWithoutBump('1', 'new');
      await gate.reached;
      await cache.stop();
      gate.open();
      expect(await nameOf('1')).to.equal('new');
      expect(cache.state()).to.equal('stopped');
      expect(calls).to.equal(2);
    });
  });
});
