import type { Sequelize } from 'sequelize';
import type { RatingData } from 'ct-common-lib/events';

/** The ratings of products, as rating-service tells them, in the products table. */
export function createRatingRepository(sequelize: Sequelize) {
  return {
    /**
     * Takes over the ratings that are newer than what stands, one statement for all. At most one rating for each
     * product. An older one, or one of a product that is gone, changes nothing: that is success.
     */
    async apply(ratings: RatingData[]): Promise<void> {
      const column = (of: (rating: RatingData) => unknown) => ratings.map(of);
      await sequelize.query(applySql, {
        bind: [
          column((rating) => rating.productId),
          column((rating) => rating.version),
          column((rating) => rating.reviewCount),
          column((rating) => rating.averageRating),
          ...[0, 1, 2, 3, 4].map((star) => column((rating) => rating.distribution[star])),
        ],
      });
    },
  };
}

export type RatingRepository = ReturnType<typeof createRatingRepository>;

// Rows are found by the primary key and locked in its order, so that two instances cannot deadlock.
const applySql = `
  WITH rating AS (
    SELECT *
      FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::numeric[],
                  $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
        AS told (product_id, version, review_count, average, n1, n2, n3, n4, n5)
  ), older AS (
    SELECT products.id
      FROM products JOIN rating ON rating.product_id = products.id
     WHERE products.rating_version < rating.version
     ORDER BY products.id
       FOR NO KEY UPDATE OF products
  )
  UPDATE products
     SET review_count = rating.review_count,
         distribution = ARRAY[n1, n2, n3, n4, n5],
         average_rating = rating.average,
         rating_version = rating.version,
         rating_updated_at = now()
    FROM rating JOIN older ON older.id = rating.product_id
   WHERE products.id = rating.product_id
     AND products.rating_version < rating.version`;
