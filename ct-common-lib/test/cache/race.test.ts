import { expect } from 'chai';
import { createGate } from './support/gate.ts';
import { cacheShop, createShop, createTestCache, type Shop } from './support/shop.ts';
import { describeOnEveryStore, type Backend } from './support/stores.ts';

describeOnEveryStore('a read that races a write', (createBackend) => {
  let backend: Backend;
  let cache: ReturnType<typeof createTestCache>;
  let peer: ReturnType<typeof createTestCache>;
  let shop: Shop;
  let products: Shop;
  /** The same shop, by way of another instance. */
  let peerProducts: Shop;

  beforeEach(async () => {
    backend = await createBackend();
    cache = createTestCache(backend.createStore());
    peer = createTestCache(backend.createStore());
    await cache.start();
    await peer.start();
    shop = createShop();
    shop.rows.set('1', { id: '1', name: 'old' });
    products = cacheShop(shop, cache);
    peerProducts = cacheShop(shop, peer);
  });

  afterEach(async () => {
    await cache.stop();
    await peer.stop();
    await backend.drop();
  });

  /** Begins a read that has seen the old row and is held before it answers. */
  async function heldRead<T>(read: () => Promise<T>) {
    const gate = createGate();
    shop.afterRead = () => gate.pass();
    const reading = read();
    await gate.reached;
    shop.afterRead = async () => {};
    return async () => {
      gate.open();
      return reading;
    };
  }

  for (const [when, flushes] of Object.entries({
    'and no flush': { before: false, after: false },
    'and a flush before the write': { before: true, after: false },
    'and a flush after the write': { before: false, after: true },
  })) {
    it(`leaves nothing old behind, with a write and a bump in between, ${when}`, async () => {
      const release = await heldRead(() => products.find('1'));
      if (flushes.before) await backend.flush();
      await products.save('1', 'new');
      if (flushes.after) await backend.flush();
      expect(await release()).to.have.property('name', 'old');
      expect(await products.find('1')).to.have.property('name', 'new');
      expect(await peerProducts.find('1')).to.have.property('name', 'new');
    });

    it(`leaves nothing old behind in a batch, with a write and a bump in between, ${when}`, async () => {
      shop.rows.set('2', { id: '2', name: 'other' });
      const release = await heldRead(() => products.findMany(['1', '2']));
      if (flushes.before) await backend.flush();
      await products.save('1', 'new');
      if (flushes.after) await backend.flush();
      expect((await release())[0]).to.have.property('name', 'old');
      const both = [
        { id: '1', name: 'new' },
        { id: '2', name: 'other' },
      ];
      expect(await products.findMany(['1', '2'])).to.deep.equal(both);
      expect(await peerProducts.find('1')).to.deep.equal(both[0]);
    });

    it(`leaves no old list behind, with a write and a bump in between, ${when}`, async () => {
      const release = await heldRead(() => products.listIds());
      if (flushes.before) await backend.flush();
      await products.save('2', 'added');
      if (flushes.after) await backend.flush();
      expect(await release()).to.deep.equal(['1']);
      for (const each of [products, peerProducts]) {
        const ids = await each.listIds();
        const items = await each.findMany(ids);
        expect(items.map((item) => item?.name)).to.deep.equal(['old', 'added']);
      }
    });
  }

  it('never joins a load that was begun before a bump', async () => {
    const release = await heldRead(() => products.find('1'));
    await products.save('1', 'new');
    expect(await products.find('1')).to.have.property('name', 'new');
    expect(await release()).to.have.property('name', 'old');
  });

  it('shows a write to every instance as soon as it was answered', async () => {
    await products.find('1');
    await peerProducts.find('1');
    for (let i = 0; i < 20; i++) {
      await products.save('1', `name ${i}`);
      expect(await peerProducts.find('1')).to.have.property('name', `name ${i}`);
      expect(await products.findMany(['1'])).to.deep.equal([{ id: '1', name: `name ${i}` }]);
    }
  });

  it('never shows an item in a list older than the item alone', async () => {
    await products.findMany(await products.listIds());
    await peerProducts.save('1', 'new');
    const [item] = await products.findMany(await products.listIds());
    expect(item).to.have.property('name', 'new');
  });
});
