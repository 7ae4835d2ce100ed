import { expect } from 'chai';
import { createMemoryStore, withCache } from '../../src/cache/index.ts';
import { createTestCache } from './support/shop.ts';

interface Representation {
  etag: string;
  body: Buffer;
}

const representationCodec = {
  encode: ({ etag, body }: Representation) => Buffer.concat([Buffer.from(`${etag}\n`), body]),
  decode: (bytes: Buffer): Representation => {
    const end = bytes.indexOf('\n');
    return { etag: bytes.toString('latin1', 0, end), body: bytes.subarray(end + 1) };
  },
};

/** A repository as a class, with state that only its own `this` reaches. */
class Counters {
  readonly unit = 'pieces';
  #counts = new Map<string, number>();

  async find(id: string): Promise<{ count: number } | null> {
    const count = this.#counts.get(id);
    return count === undefined ? null : { count };
  }

  async findMany(ids: readonly string[]): Promise<({ count: number } | null)[]> {
    return Promise.all(ids.map((id) => this.find(id)));
  }

  async add(id: string, by: number): Promise<number> {
    if (by < 0) throw new RangeError('by must not be negative');
    const count = (this.#counts.get(id) ?? 0) + by;
    this.#counts.set(id, count);
    return count;
  }

  size() {
    return this.#counts.size;
  }
}

describe('withCache', () => {
  let cache: ReturnType<typeof createTestCache>;

  beforeEach(async () => {
    cache = createTestCache(createMemoryStore());
    await cache.start();
  });

  afterEach(() => cache.stop());

  const cacheCounters = (counters: Counters): Counters =>
    withCache(counters, {
      cache,
      name: 'counters',
      reads: {
        find: { key: (id) => `{counter:${id}}`, tags: (id) => [`counter:${id}`], ttlSeconds: 60 },
        findMany: { each: 'find' },
      },
      writes: { add: (_count, id) => [`counter:${id}`] },
    });

  it('gives an object of the same type, with every method and property', async () => {
    const counters = cacheCounters(new Counters());
    // eslint-disable-next-line @typescript-eslint/unbound-method -- that they are bound is what is tested
    const { add, find, findMany, size } = counters;
    expect(await add('a', 2)).to.equal(2);
    expect(await find('a')).to.deep.equal({ count: 2 });
    expect(await findMany(['a', 'b'])).to.deep.equal([{ count: 2 }, null]);
    expect(size()).to.equal(1);
    expect(counters.unit).to.equal('pieces');
    expect(counters).to.be.instanceOf(Counters);
    expect(counters.constructor).to.equal(Counters);
    expect(Object.getOwnPropertyNames(counters)).to.have.members(['find', 'findMany', 'add', 'size']);
  });

  it('wraps a frozen object', async () => {
    const frozen = Object.freeze({ find: async (id: string) => id, label: () => 'frozen' });
    const wrapped = withCache(frozen, {
      cache,
      name: 'frozen',
      reads: { find: { key: (id) => id, tags: () => [], ttlSeconds: 60 } },
    });
    expect(await wrapped.find('a')).to.equal('a');
    expect(wrapped.label()).to.equal('frozen');
  });

  it('leaves the wrapped object as it was', async () => {
    const counters = new Counters();
    const cached = cacheCounters(counters);
    await cached.find('a');
    await counters.add('a', 1);
    expect(await counters.find('a')).to.deep.equal({ count: 1 });
    expect(await cached.find('a')).to.equal(null);
  });

  it('bumps the tags of a write before it answers', async () => {
    const counters = cacheCounters(new Counters());
    for (let count = 1; count <= 5; count++) {
      await counters.add('a', 1);
      expect(await counters.find('a')).to.deep.equal({ count });
    }
    expect(await cache.metric('bumps_total{result="ok"}')).to.equal(5);
  });

  it('passes on the error of a write, and bumps nothing', async () => {
    const counters = cacheCounters(new Counters());
    const outcome = await counters.add('a', -1).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(RangeError);
    expect(await cache.metric('bumps_total{result="ok"}')).to.equal(0);
  });

  it('keeps what a codec makes of a value, byte for byte', async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    let loads = 0;
    const pages = withCache(
      {
        async find(_id: string): Promise<Representation | null> {
          loads++;
          return { etag: '"7"', body };
        },
      },
      {
        cache,
        name: 'pages',
        reads: {
          find: { key: (id) => `{${id}}`, tags: (id) => [id], ttlSeconds: 60, codec: representationCodec },
        },
      },
    );
    await pages.find('a');
    expect(await pages.find('a')).to.deep.equal({ etag: '"7"', body });
    expect(loads).to.equal(1);
  });

  it('keeps the results of two methods apart, though their keys are the same', async () => {
    const rule = { key: (id: string) => id, tags: () => [], ttlSeconds: 60 };
    const two = withCache(
      { name: async (id: string) => `name of ${id}`, price: async (id: string) => `price of ${id}` },
      { cache, name: 'two', reads: { name: rule, price: rule } },
    );
    for (let i = 0; i < 2; i++) {
      expect(await two.name('a')).to.equal('name of a');
      expect(await two.price('a')).to.equal('price of a');
    }
  });

  it('refuses rules for what is no method', () => {
    const rule = { key: () => 'a', tags: () => [], ttlSeconds: 60 };
    // @ts-expect-error there is no such method
    const read = () => withCache(new Counters(), { cache, name: 'c', reads: { get: rule } });
    expect(read).to.throw(TypeError, 'c has no method get');
    // @ts-expect-error there is no such method
    const write = () => withCache(new Counters(), { cache, name: 'd', writes: { get: () => [] } });
    expect(write).to.throw(TypeError, 'd has no method get');
    const batch = () =>
      withCache(new Counters(), { cache, name: 'e', reads: { findMany: { each: 'find' } } });
    expect(batch).to.throw(TypeError, 'e.findMany names find, which is not cached');
  });

  it('has its rules checked by the compiler', () => {
    const check = () => {
      withCache(new Counters(), {
        cache,
        name: 'counters',
        reads: {
          find: {
            // @ts-expect-error an id is a string
            key: (id: number) => `{${id}}`,
            tags: (id) => [id.toUpperCase()],
            ttlSeconds: 60,
          },
          // @ts-expect-error no single read of that name
          findMany: { each: 'size' },
          // @ts-expect-error not a method that gives a promise
          size: { key: () => '', tags: () => [], ttlSeconds: 60 },
        },
        writes: {
          // @ts-expect-error tags are strings
          add: (count) => [count],
        },
      });
    };
    expect(check).to.be.a('function');
  });
});
