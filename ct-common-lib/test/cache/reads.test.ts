import { expect } from 'chai';
import { withCache } from '../../src/cache/index.ts';
import { waitFor } from '../../src/testing/index.ts';
import { createGate } from './support/gate.ts';
import { cacheShop, createShop, createTestCache, type Shop } from './support/shop.ts';
import { describeOnEveryStore, type Backend } from './support/stores.ts';

describeOnEveryStore('a cached read', (createBackend) => {
  let backend: Backend;
  let cache: ReturnType<typeof createTestCache>;
  let shop: Shop;
  let products: Shop;

  beforeEach(async () => {
    backend = await createBackend();
    cache = createTestCache(backend.createStore());
    await cache.start();
    shop = createShop();
    shop.rows.set('1', { id: '1', name: 'one' });
    shop.rows.set('2', { id: '2', name: 'two' });
    products = cacheShop(shop, cache);
  });

  afterEach(async () => {
    await cache.stop();
    await backend.drop();
  });

  const reads = (result: string) => cache.metric(`reads_total{cache="products",result="${result}"}`);

  it('loads once, and then comes from the store', async () => {
    expect(await products.find('1')).to.deep.equal({ id: '1', name: 'one' });
    expect(await products.find('1')).to.deep.equal({ id: '1', name: 'one' });
    expect(shop.calls).to.deep.equal(['find 1']);
    expect(await reads('miss')).to.equal(1);
    expect(await reads('hit')).to.equal(1);
    expect(await cache.metric('loads_total{cache="products"}')).to.equal(1);
  });

  it('loads once for 1000 concurrent misses', async () => {
    const gate = createGate();
    shop.afterRead = () => gate.pass();
    const all = Array.from({ length: 1000 }, () => products.find('1'));
    await gate.reached;
    gate.open();
    expect(new Set((await Promise.all(all)).map((product) => product?.name))).to.deep.equal(new Set(['one']));
    expect(shop.calls).to.deep.equal(['find 1']);
  });

  it('loads once for 1000 concurrent misses, also when the load takes no time', async () => {
    await Promise.all(Array.from({ length: 1000 }, () => products.find('1')));
    expect(shop.calls).to.deep.equal(['find 1']);
  });

  it('loads again when a tag was bumped, and counts the entry as stale', async () => {
    await products.find('1');
    await cache.bump(['product:1']);
    await products.find('1');
    expect(shop.calls).to.deep.equal(['find 1', 'find 1']);
    expect(await reads('stale')).to.equal(1);
    expect(await cache.metric('bumps_total{result="ok"}')).to.equal(1);
  });

  it('loads again when any one of several tags was bumped', async () => {
    for (const tag of ['products', 'shop']) {
      await products.listIds();
      await products.listIds();
      await cache.bump([tag]);
    }
    await products.listIds();
    expect(shop.calls).to.deep.equal(['listIds', 'listIds', 'listIds']);
  });

  it('keeps what has other tags than those that were bumped', async () => {
    await products.find('1');
    await products.find('2');
    await cache.bump(['product:2']);
    await products.find('1');
    expect(shop.calls).to.deep.equal(['find 1', 'find 2']);
  });

  it('bumps hundreds of tags', async () => {
    await products.find('1');
    await cache.bumpOrThrow([...Array.from({ length: 450 }, (_, i) => `other:${i}`), 'product:1']);
    await products.find('1');
    expect(shop.calls).to.deep.equal(['find 1', 'find 1']);
  });

  it('loads again when a token was evicted', async () => {
    await products.find('1');
    await backend.evict('g:{product:1}');
    await products.find('1');
    await products.find('1');
    expect(shop.calls).to.deep.equal(['find 1', 'find 1']);
  });

  it('loads again when its time is up', async () => {
    const shortLived = cacheShop(shop, cache, 0.02);
    await shortLived.find('1');
    await waitFor('a second load', async () => {
      await shortLived.find('1');
      return shop.calls.length > 1;
    });
  });

  it('keeps a null, and drops it when the thing comes to be', async () => {
    expect(await products.find('3')).to.equal(null);
    expect(await products.find('3')).to.equal(null);
    expect(shop.calls).to.deep.equal(['find 3']);
    await products.save('3', 'three');
    expect(await products.find('3')).to.have.property('name', 'three');
  });

  it('keeps a null for a time of its own', async () => {
    const shortNull = withCache(shop, {
      cache,
      name: 'short-null',
      reads: { find: { key: (id) => `{${id}}`, tags: () => [], ttlSeconds: 60, nullTtlSeconds: 0.02 } },
    });
    await shortNull.find('1');
    await shortNull.find('3');
    await waitFor('a second load of the null', async () => {
      await shortNull.find('3');
      return shop.calls.length > 2;
    });
    await shortNull.find('1');
    expect(shop.calls.filter((call) => call === 'find 1')).to.have.length(1);
  });

  it('gives the error of a load to all who wait for it, and loads anew', async () => {
    const gate = createGate();
    const failure = new Error('the database is away');
    shop.afterRead = async () => {
      await gate.pass();
      throw failure;
    };
    const all = Array.from({ length: 10 }, () => products.find('1').catch((error: unknown) => error));
    await gate.reached;
    gate.open();
    for (const outcome of await Promise.all(all)) expect(outcome).to.equal(failure);
    expect(shop.calls).to.deep.equal(['find 1']);

    shop.afterRead = async () => {};
    expect(await products.find('1')).to.have.property('name', 'one');
  });

  it('gives the error of a load that throws at once, and loads anew', async () => {
    const failure = new Error('no promise was made');
    let fails = true;
    const hasty = withCache(
      {
        find(id: string): Promise<string> {
          if (fails) throw failure;
          return Promise.resolve(id);
        },
      },
      { cache, name: 'hasty', reads: { find: { key: (id) => id, tags: (id) => [id], ttlSeconds: 60 } } },
    );
    expect(await hasty.find('a').catch((error: unknown) => error)).to.equal(failure);
    fails = false;
    expect(await hasty.find('a')).to.equal('a');
  });

  describe('of many items', () => {
    it('shares the entries of the single read', async () => {
      await products.find('1');
      expect(await products.findMany(['2', '1', '3'])).to.deep.equal([
        { id: '2', name: 'two' },
        { id: '1', name: 'one' },
        null,
      ]);
      await products.find('2');
      await products.find('3');
      expect(shop.calls).to.deep.equal(['find 1', 'findMany 2,3']);
      expect(await reads('hit')).to.equal(3);
      expect(await reads('miss')).to.equal(3);
    });

    it('loads with one call what several callers lack at once, and keeps each by itself', async () => {
      const found = await Promise.all(['1', '2', '3'].map((id) => products.find(id)));
      expect(found).to.deep.equal([{ id: '1', name: 'one' }, { id: '2', name: 'two' }, null]);
      await products.save('1', 'new');
      expect(await products.find('1')).to.have.property('name', 'new');
      await products.findMany(['2', '3']);
      expect(shop.calls).to.deep.equal(['findMany 1,2,3', 'find 1']);
    });

    it('gives an item as often as it was asked for, and loads it once', async () => {
      const items = await products.findMany(['1', '2', '1', '1']);
      expect(items.map((item) => item?.id)).to.deep.equal(['1', '2', '1', '1']);
      expect(shop.calls).to.deep.equal(['findMany 1,2']);
    });

    it('asks nobody for nothing', async () => {
      expect(await products.findMany([])).to.deep.equal([]);
      expect(shop.calls).to.deep.equal([]);
    });

    it('asks the store once, for all entries and tokens', async () => {
      const store = backend.createStore();
      const asked: string[][] = [];
      const watched = createTestCache({
        ...store,
        read: (keys) => {
          asked.push(keys);
          return store.read(keys);
        },
      });
      await watched.start();
      const many = cacheShop(shop, watched);
      await many.findMany(['1', '2']);
      asked.length = 0;
      await many.findMany(['1', '2']);
      expect(asked).to.deep.equal([
        ['e:products.find:{product:1}', 'g:{product:1}', 'e:products.find:{product:2}', 'g:{product:2}'],
      ]);
      await watched.stop();
    });

    it('gives the error of the load', async () => {
      const failure = new Error('the database is away');
      shop.afterRead = () => Promise.reject(failure);
      expect(await products.findMany(['1']).catch((error: unknown) => error)).to.equal(failure);
    });

    it('refuses a batch that gives not one result for each id', async () => {
      shop.findMany = async () => [];
      const outcome = await cacheShop(shop, cache)
        .findMany(['1'])
        .catch((error: unknown) => error);
      expect(outcome).to.be.instanceOf(TypeError);
    });
  });
});
