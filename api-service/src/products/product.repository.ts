import type { Sequelize } from 'sequelize';
import type { Representation } from 'ct-common-lib/http';
import { inOrder } from '../db/in-order.ts';
import { pageOfIds, type IdPage, type KeysetQuery, type Order } from '../db/keyset.ts';
import type { Replicas } from '../db/replicas.ts';
import { traced } from '../db/traced.ts';
import { at } from '../db/versions.ts';
import { once, type RepeatableRequest } from '../db/once.ts';
import { defineProduct, type Product } from './product.model.ts';
import { representProduct, representRating } from './product.representation.ts';
import type { NewProduct, ProductPatch, ProductQuery } from './product.schema.ts';

/** Each sort is a range of an index of its own, see migration 0001. */
const orders: Record<ProductQuery['sort'], Order> = {
  '-createdAt': { expression: 'created_at', type: 'timestamptz', direction: 'DESC' },
  createdAt: { expression: 'created_at', type: 'timestamptz', direction: 'ASC' },
  name: { expression: 'name', type: 'text', direction: 'ASC' },
  price: { expression: `coalesce(price, 'Infinity')`, type: 'numeric', direction: 'ASC' },
  '-price': { expression: 'coalesce(price, -1)', type: 'numeric', direction: 'DESC' },
  '-averageRating': { expression: 'coalesce(average_rating, 0)', type: 'numeric', direction: 'DESC' },
  '-reviewCount': { expression: 'review_count', type: 'bigint', direction: 'DESC' },
};

/** Products in PostgreSQL. Reads give what is sent; writes give null where there is no such product. */
export function createProductRepository(sequelize: Sequelize, replicas?: Replicas) {
  const Product = defineProduct(sequelize);

  /** In the order of `ids`, null where there is none. */
  async function representMany(ids: string[], represent: (product: Product) => Representation) {
    return inOrder(ids, await Product.findAll({ where: { id: ids }, raw: true }), represent);
  }

  function keysetOf({ limit, cursor, ...identity }: ProductQuery): KeysetQuery {
    const { sort, q, brand, minRating } = identity;
    const conditions: string[] = [];
    // An empty search box searches for nothing in particular.
    if (q) conditions.push(`search @@ to_tsquery('simple', $words)`);
    if (brand !== undefined) conditions.push('brand = $brand');
    if (minRating !== undefined) conditions.push('coalesce(average_rating, 0) >= $minRating::numeric');
    const binds = { words: prefixQuery(q ?? ''), brand, minRating };
    return { table: 'products', order: orders[sort], conditions, binds, limit, cursor, identity };
  }

  return {
    async find(id: string): Promise<Representation | null> {
      const product = await Product.findByPk(id, { raw: true });
      return product && representProduct(product);
    },

    findMany: (ids: string[]) => representMany(ids, representProduct),

    async findRating(id: string): Promise<Representation | null> {
      const product = await Product.findByPk(id, { raw: true });
      return product && representRating(product);
    },

    findRatings: (ids: string[]) => representMany(ids, representRating),

    listIds: (query: ProductQuery): Promise<IdPage> => pageOfIds(sequelize, keysetOf(query)),

    /**
     * The same by a replica, where hardly anybody else asks for that page within two seconds: a search, or a page after the first.
     * Undefined: ask for it with `listIds`.
     */
    async listRareIds(query: ProductQuery): Promise<IdPage | undefined> {
      if (!query.q && query.cursor === undefined) return undefined;
      return replicas?.read((replica) => pageOfIds(replica, keysetOf(query)));
    },

    create: (product: NewProduct & { id: string }): Promise<Product> => Product.create(product),

    /** The same once for all requests that are one and the same, see {@link once}. */
    createOnce: (product: NewProduct & { id: string }, request: RepeatableRequest) =>
      once(sequelize, request, async (transaction) => {
        const created = await Product.create(product, { transaction });
        return { id: created.id, representation: representProduct(created) };
      }),

    /**
     * Writes the fields that `changes` names; with none it writes nothing and gives the product as it is. Null also if it is at
     * none of `versions`.
     */
    async update(
      id: string,
      changes: NewProduct | ProductPatch,
      versions?: string[],
    ): Promise<Product | null> {
      const where = { id, ...at(versions) };
      if (Object.keys(changes).length === 0) return Product.findOne({ where });
      const [, rows] = await Product.update(changes, { where, returning: true });
      return rows[0] ?? null;
    },

    /** The triggers make tombstones of its reviews. False if there was no such product, or it is at none of `versions`. */
    async remove(id: string, versions?: string[]): Promise<boolean> {
      return (await Product.destroy({ where: { id, ...at(versions), ...traced() } })) > 0;
    },
  };
}

export type ProductRepository = ReturnType<typeof createProductRepository>;

/** Every word of the search must begin a word of the product; all other characters separate words. */
function prefixQuery(q: string): string {
  const words = q.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.map((word) => `${word}:*`).join(' & ');
}
