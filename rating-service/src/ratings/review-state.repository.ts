import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

/** One review at one version of it; a rating of null does not count. */
export interface ReviewState {
  reviewId: string;
  productId: string;
  rating: number | null;
  version: number;
}

/** What has arrived of each review: a register in which the highest version stands. */
export function createReviewStateRepository(sequelize: Sequelize) {
  return {
    /**
     * Saves those of `reviews` that are new, and gives the state that each had before, locked until the transaction ends. One
     * that is new had version 0 and no rating. No review may be given twice.
     */
    async insertOrLock(reviews: ReviewState[], transaction: Transaction): Promise<Map<string, ReviewState>> {
      const reviewIds = reviews.map((review) => review.reviewId);
      const inserted = await sequelize.query<{ reviewId: string }>(insertNew, {
        bind: [
          reviewIds,
          reviews.map((review) => review.productId),
          reviews.map((review) => review.rating),
          reviews.map((review) => review.version),
        ],
        transaction,
        type: QueryTypes.SELECT,
      });
      const isNew = new Set(inserted.map(({ reviewId }) => reviewId));
      const states = new Map<string, ReviewState>();
      for (const review of reviews)
        if (isNew.has(review.reviewId)) states.set(review.reviewId, { ...review, rating: null, version: 0 });
      if (isNew.size === reviews.length) return states;
      const rows = await sequelize.query<Row>(selectForUpdate, {
        bind: [reviewIds.filter((id) => !isNew.has(id))],
        transaction,
        type: QueryTypes.SELECT,
      });
      for (const row of rows) states.set(row.reviewId, { ...row, version: Number(row.version) });
      return states;
    },

    /** Replaces the state of `reviews`, which must be locked. */
    async save(reviews: ReviewState[], transaction: Transaction): Promise<void> {
      const reviewIds = reviews.map((review) => review.reviewId);
      const ratings = reviews.map((review) => review.rating);
      const versions = reviews.map((review) => review.version);
      await sequelize.query(update, { bind: [reviewIds, ratings, versions], transaction });
    },
  };
}

export type ReviewStateRepository = ReturnType<typeof createReviewStateRepository>;

// pg gives a bigint as a string. Every version here came from an event, so it is a safe integer.
type Row = Omit<ReviewState, 'version'> & { version: string };

// A row that is not there cannot be locked. Who inserts it first makes any other transaction with the same new review
// wait right here; in key order, so that two never wait for one another. Plan: one probe of the primary key per
// review.
const insertNew = `
  INSERT INTO review_state (review_id, product_id, rating, version)
  SELECT review_id, product_id, rating, version
    FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::bigint[]) AS told (review_id, product_id, rating, version)
   ORDER BY review_id
      ON CONFLICT (review_id) DO NOTHING
  RETURNING review_id AS "reviewId"`;

// A statement of its own, as it must see what the one before it has waited for. Plan: index scan on the
// primary key, sort, then lock in that order.
const selectForUpdate = `
  SELECT review_id AS "reviewId", product_id AS "productId", rating, version
    FROM review_state
   WHERE review_id = ANY ($1::uuid[])
   ORDER BY review_id
     FOR UPDATE`;

// Plan: nested loop over the primary key.
const update = `
  UPDATE review_state
     SET rating = latest.rating, version = latest.version
    FROM unnest($1::uuid[], $2::smallint[], $3::bigint[]) AS latest (review_id, rating, version)
   WHERE review_state.review_id = latest.review_id`;
