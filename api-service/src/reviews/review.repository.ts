import { Op, QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { currentTraceparent, gather } from 'ct-common-lib';
import type { Representation } from 'ct-common-lib/http';
import { isTransientPostgresError } from 'ct-common-lib/postgres';
import { inOrder } from '../db/in-order.ts';
import { pageOfIds, type IdPage, type KeysetQuery, type Order } from '../db/keyset.ts';
import type { Replicas } from '../db/replicas.ts';
import { traced } from '../db/traced.ts';
import { at } from '../db/versions.ts';
import { once, type RepeatableRequest } from '../db/once.ts';
import { defineReview, type Review } from './review.model.ts';
import { representReview } from './review.representation.ts';
import type { NewReview, ReviewPatch, ReviewQuery, ReviewReplacement } from './review.schema.ts';

/** Each sort is a range of an index of its own, see migration 0001. */
const orders: Record<ReviewQuery['sort'], Order> = {
  '-createdAt': { expression: 'created_at', type: 'timestamptz', direction: 'DESC' },
  createdAt: { expression: 'created_at', type: 'timestamptz', direction: 'ASC' },
  '-rating': { expression: 'rating', type: 'smallint', direction: 'DESC' },
  rating: { expression: 'rating', type: 'smallint', direction: 'ASC' },
};

type IdentifiedReview = NewReview & { id: string };

/** Which a write is made to, beside the id. Default: any. */
export interface Guard {
  versions?: string[] | undefined;
  /** Whose review it must be. */
  authorId?: string | undefined;
}

/** Reviews in PostgreSQL, without the tombstones. Reads give what is sent; writes give null where there is none. */
export function createReviewRepository(sequelize: Sequelize, replicas?: Replicas) {
  const Review = defineReview(sequelize);
  const alive = { deletedAt: { [Op.is]: null } } as const;
  const passing = ({ versions, authorId }: Guard) => ({
    ...at(versions),
    ...(authorId !== undefined && { authorId }),
  });

  async function insert(reviews: IdentifiedReview[], transaction?: Transaction): Promise<Review[]> {
    const column = (of: (review: IdentifiedReview) => unknown) => reviews.map(of);
    const traceparent = currentTraceparent();
    const rows = await sequelize.query(traceparent ? insertTracedSql : insertSql, {
      bind: [
        column(({ id }) => id),
        column(({ productId }) => productId),
        column(({ rating }) => rating),
        column(({ title }) => title),
        column(({ text }) => text),
        column(({ authorId }) => authorId),
        column(({ authorName }) => authorName),
        ...(traceparent ? [traceparent] : []),
      ],
      ...(transaction && { transaction }),
      model: Review,
      mapToModel: true,
      type: QueryTypes.SELECT,
    });
    const inserted = new Map(rows.map((row) => [row.id, row]));
    return reviews.map(({ id }) => inserted.get(id)!);
  }

  /** One statement for all; where it is refused for one of them, one for each. */
  async function insertEach(reviews: IdentifiedReview[]): Promise<(Review | Promise<Review>)[]> {
    try {
      return await insert(reviews);
    } catch (error) {
      if (reviews.length === 1 || isTransientPostgresError(error)) throw error;
      return reviews.map(async (review) => (await insert([review]))[0]!);
    }
  }

  const gathered = gather(insertEach);

  function keysetOf(productId: string, { limit, cursor, ...filters }: ReviewQuery): KeysetQuery {
    const conditions = ['product_id = $productId', 'deleted_at IS NULL', `status = 'approved'`];
    if (filters.rating) conditions.push('rating = ANY($ratings::smallint[])');
    return {
      table: 'reviews',
      order: orders[filters.sort],
      conditions,
      binds: { productId, ratings: filters.rating },
      limit,
      cursor,
      identity: { productId, ...filters },
    };
  }

  return {
    async find(id: string): Promise<Representation | null> {
      const review = await Review.findOne({ where: { id, ...alive } });
      return review && representReview(review);
    },

    /** In the order of `ids`, null where there is none. */
    async findMany(ids: string[]): Promise<(Representation | null)[]> {
      return inOrder(ids, await Review.findAll({ where: { id: ids, ...alive } }), representReview);
    },

    /** The approved reviews of a product. */
    listIds: (productId: string, query: ReviewQuery): Promise<IdPage> =>
      pageOfIds(sequelize, keysetOf(productId, query)),

    /** The same by a replica, of a page after the first, which hardly anybody else asks for. Undefined: ask for it with `listIds`. */
    async listRareIds(productId: string, query: ReviewQuery): Promise<IdPage | undefined> {
      if (query.cursor === undefined) return undefined;
      return replicas?.read((replica) => pageOfIds(replica, keysetOf(productId, query)));
    },

    async create(review: IdentifiedReview): Promise<Review> {
      // A row of the outbox takes its trace from its statement, so that a traced review has one of its own.
      if (currentTraceparent()) return (await insert([review]))[0]!;
      return gathered(review);
    },

    /** The same once for all requests that are one and the same, see {@link once}. */
    createOnce: (review: IdentifiedReview, request: RepeatableRequest) =>
      once(sequelize, request, async (transaction) => {
        const [created] = await insert([review], transaction);
        return { id: review.id, representation: representReview(created!) };
      }),

    /**
     * Writes the fields that `changes` names; with none it writes nothing and gives the review as it is. Null also if the guard
     * does not let it pass.
     */
    async update(
      id: string,
      changes: ReviewReplacement | ReviewPatch,
      guard: Guard = {},
    ): Promise<Review | null> {
      const where = { id, ...alive, ...passing(guard) };
      if (Object.keys(changes).length === 0) return Review.findOne({ where });
      const [, rows] = await Review.update(changes, { where: { ...where, ...traced() }, returning: true });
      return rows[0] ?? null;
    },

    /** Makes a tombstone. The trigger erases what the customer wrote. Null also if the guard does not let it pass. */
    async remove(id: string, guard: Guard = {}): Promise<Review | null> {
      const [, rows] = await Review.update(
        { deletedAt: new Date() },
        { where: { id, ...alive, ...passing(guard), ...traced() }, returning: true },
      );
      return rows[0] ?? null;
    },

    /** Whose it is; undefined: there is none. */
    async authorOf(id: string): Promise<string | null | undefined> {
      const review = await Review.findOne({ attributes: ['authorId'], where: { id, ...alive } });
      return review?.authorId;
    },

    /** The id of the review that an author has written of a product. */
    async idBy(authorId: string, productId: string): Promise<string | undefined> {
      const review = await Review.findOne({ attributes: ['id'], where: { authorId, productId, ...alive } });
      return review?.id;
    },

    /** The ids of all reviews of a product, tombstones too, 1,000 at a time. */
    async *idPagesOf(productId: string): AsyncGenerator<string[]> {
      for (let after: string | undefined; ;) {
        const where = { productId, ...(after !== undefined && { id: { [Op.gt]: after } }) };
        const rows = await Review.findAll({ attributes: ['id'], where, order: ['id'], limit: 1_000 });
        if (rows.length === 0) return;
        yield rows.map(({ id }) => id);
        after = rows.at(-1)?.id;
      }
    },
  };
}

export type ReviewRepository = ReturnType<typeof createReviewRepository>;

const insertInto = 'INSERT INTO reviews (id, product_id, rating, title, text, author_id, author_name)';
const told =
  'unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[]) AS told';

const insertSql = `${insertInto} SELECT * FROM ${told} RETURNING *`;

// The trace is set before any row is there, and so before the trigger looks for it; as in traced.ts.
const insertTracedSql = `
  ${insertInto}
  SELECT told.* FROM ${told}, (SELECT set_config('ct.traceparent', $8, true)) AS traced
  RETURNING *`;
