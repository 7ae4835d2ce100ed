import { expect } from 'chai';
import { createMemoryStore, withCache, type CacheStore } from '../../src/cache/index.ts';
import { waitFor } from '../../src/testing/index.ts';
import { cacheShop, createShop, createTestCache, type Shop } from './support/shop.ts';

describe('a cache asks no more than it must', () => {
  /** What the store was asked: the operation, and of how many keys. */
  let asked: string[];
  let ttls: number[];
  let cache: ReturnType<typeof createTestCache>;
  let shop: Shop;
  let products: Shop;

  beforeEach(async () => {
    asked = [];
    ttls = [];
    const memory = createMemoryStore();
    const store: CacheStore = {
      ...memory,
      read: (keys) => (asked.push(`read ${keys.length}`), memory.read(keys)),
      claimTokens: (keys, token) => (asked.push(`claim ${keys.length}`), memory.claimTokens(keys, token)),
      replaceTokens: (keys, token) => (asked.push(`bump ${keys.length}`), memory.replaceTokens(keys, token)),
      write: (key, bytes, ttlMs) => (ttls.push(ttlMs), memory.write(key, bytes, ttlMs)),
    };
    cache = createTestCache(store);
    await cache.start();
    shop = createShop();
    shop.rows.set('1', { id: '1', name: 'shoes' });
    products = cacheShop(shop, cache);
  });
  afterEach(() => cache.stop());

  it('of the store for a write that changes nothing that is cached: nothing', async () => {
    await cache.bump([]);
    expect(asked).to.deep.equal([]);
    expect(await cache.metric('bumps_total{result="ok"}')).to.equal(0);
  });

  it('of the store at once: the bump of 100 tags', async () => {
    await cache.bump(Array.from({ length: 200 }, (_, i) => `product:${i}`));
    expect(asked).to.deep.equal(['bump 100', 'bump 100']);
  });

  it('of the store for what was bumped: its entry and its token, which is there', async () => {
    await products.save('1', 'boots');
    asked.length = 0;
    expect(await products.find('1')).to.have.property('name', 'boots');
    expect(asked).to.deep.equal(['read 2']);
  });

  it('of the store for what depends on two tags, of which one is there: the other', async () => {
    await cache.bump(['shop']);
    asked.length = 0;
    expect(await products.listIds()).to.deep.equal(['1']);
    expect(asked).to.deep.equal(['read 3', 'claim 1']);
  });

  it('of the store for all that is read at once, alone and in lists: one question', async () => {
    await products.save('1', 'boots');
    await products.save('2', 'socks');
    asked.length = 0;
    await Promise.all([products.find('1'), products.findMany(['1', '2']), products.find('2')]);
    expect(asked).to.deep.equal(['read 8']);
  });

  it('of the store in one question: a thousand keys, or what one read needs', async () => {
    const found = await Promise.all(Array.from({ length: 2000 }, (_, i) => products.find(`${i % 2}`)));
    expect(found.filter((product) => product?.name === 'shoes')).to.have.length(1000);
    expect(asked).to.deep.equal([...Array<string>(4).fill('read 1000'), 'claim 2']);
  });

  it('of the database for a list whose items are all cached: nothing', async () => {
    await products.findMany(['1', '2']);
    await waitFor('both to be kept', () => ttls.length === 2);
    shop.calls.length = 0;
    expect(await products.findMany(['2', '1'])).to.deep.equal([null, { id: '1', name: 'shoes' }]);
    expect(shop.calls).to.deep.equal([]);
  });

  it('of the database at one time: what was kept together expires at times that differ by 10 % either way', async () => {
    const ids = Array.from({ length: 200 }, (_, i) => `${i}`);
    for (const id of ids) shop.rows.set(id, { id, name: 'shoes' });
    await products.findMany(ids);
    await waitFor('all to be kept', () => ttls.length === 200);
    expect(Math.min(...ttls)).to.be.within(54_000, 59_000);
    expect(Math.max(...ttls)).to.be.within(61_000, 66_000);
  });

  it('of the database for what is not there: once in 5 s, ± 10 %', async () => {
    const find = async (_id: string): Promise<string | null> => null;
    // A codec is not asked what it makes of null.
    const codec = {
      encode: (text: string) => Buffer.from(text),
      decode: (bytes: Buffer) => bytes.toString(),
    };
    const rule = { key: (id: string) => id, tags: (id: string) => [id], ttlSeconds: 60, codec };
    const none = withCache({ find }, { cache, name: 'none', reads: { find: rule } });
    await none.find('a');
    await waitFor('it to be kept', () => ttls.length === 1);
    expect(ttls[0]).to.be.within(4_500, 5_500);
  });
});
