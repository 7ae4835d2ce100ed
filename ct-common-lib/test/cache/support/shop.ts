import {
  createCache,
  withCache,
  type Cache,
  type CacheOptions,
  type CacheStore,
} from '../../../src/cache/index.ts';
import { Registry } from '../../../src/metrics.ts';
import { log } from './stores.ts';

export interface Product {
  id: string;
  name: string;
}

/** A cache with a registry of its own. */
export function createTestCache(store: CacheStore, options: Partial<CacheOptions> = {}) {
  const metrics = new Registry();
  // A machine that is busy with other tests must not look like a store that is away.
  const cache = createCache({ store, log, metrics, readBudgetMs: 5_000, ...options });
  /** The value of one metric, `ct_cache_` left out, e.g. `reads_total{cache="products",result="hit"}`. */
  const metric = async (name: string) => {
    const line = (await metrics.metrics()).split('\n').find((text) => text.startsWith(`ct_cache_${name} `));
    return line ? Number(line.split(' ').at(-1)) : 0;
  };
  return Object.assign(cache, { metric });
}

/** A table of products, with a hook that runs inside every query after it has read, and before it answers. */
export function createShop() {
  const rows = new Map<string, Product>();
  const calls: string[] = [];
  const shop = {
    rows,
    calls,
    /** Replace it to hold or fail queries. */
    async afterRead(_query: string) {},

    async find(id: string): Promise<Product | null> {
      calls.push(`find ${id}`);
      const row = rows.get(id) ?? null;
      await shop.afterRead(`find ${id}`);
      return row;
    },

    async findMany(ids: string[]): Promise<(Product | null)[]> {
      calls.push(`findMany ${ids.join()}`);
      const found = ids.map((id) => rows.get(id) ?? null);
      await shop.afterRead(`findMany ${ids.join()}`);
      return found;
    },

    async listIds(): Promise<string[]> {
      calls.push('listIds');
      const ids = [...rows.keys()];
      await shop.afterRead('listIds');
      return ids;
    },

    async save(id: string, name: string): Promise<Product> {
      const product = { id, name };
      rows.set(id, product);
      return product;
    },
  };
  return shop;
}

export type Shop = ReturnType<typeof createShop>;

export const cacheShop = (shop: Shop, cache: Cache, ttlSeconds = 60) =>
  withCache(shop, {
    cache,
    name: 'products',
    reads: {
      find: { key: (id) => `{product:${id}}`, tags: (id) => [`product:${id}`], ttlSeconds },
      findMany: { each: 'find' },
      listIds: { key: () => '{products}', tags: () => ['products', 'shop'], ttlSeconds },
    },
    writes: { save: ({ id }) => [`product:${id}`, 'products'] },
  });
