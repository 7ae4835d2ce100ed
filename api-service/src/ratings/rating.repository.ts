import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import type { RatingData } from 'ct-common-lib/events';

/** A rating of a rating database that is not the linked one. */
interface RefusedRating {
  store: string | null;
  /** Whether none is linked yet. */
  linkable: boolean;
}

/** The ratings of products, as rating-service tells them, in the products table. */
export function createRatingRepository(sequelize: Sequelize) {
  /** Takes over those of the linked rating database and gives the others. */
  async function takeOver(ratings: RatingData[]): Promise<RefusedRating[]> {
    const column = (of: (rating: RatingData) => unknown) => ratings.map(of);
    return sequelize.query<RefusedRating>(applySql, {
      bind: [
        column((rating) => rating.store ?? null),
        column((rating) => rating.productId),
        column((rating) => rating.version),
        column((rating) => rating.reviewCount),
        column((rating) => rating.averageRating),
        ...[0, 1, 2, 3, 4].map((star) => column((rating) => rating.distribution[star])),
      ],
      type: QueryTypes.SELECT,
    });
  }

  return {
    /**
     * Takes over the ratings that are newer than what stands, one statement for all. An older one, or one of a
     * product that is gone, changes nothing: that is success. While no rating database is linked, the first that
     * tells its name is. Gives the rating database of each rating that was refused, as it is not the linked one.
     */
    async apply(ratings: RatingData[]): Promise<(string | null)[]> {
      let refused = await takeOver(ratings);
      if (refused[0]?.linkable) {
        await sequelize.query(linkSql, { bind: [refused[0].store] });
        // Whoever was first: this one, or another instance.
        refused = await takeOver(ratings);
      }
      return refused.map(({ store }) => store);
    },

    /** The rating database that reviews are published for; null: whichever. */
    async linkedStore(transaction: Transaction): Promise<string | null> {
      const options = { type: QueryTypes.SELECT, transaction } as const;
      const [row] = await sequelize.query<{ store: string | null }>(
        'SELECT rating_store() AS store',
        options,
      );
      return row?.store ?? null;
    },
  };
}

export type RatingRepository = ReturnType<typeof createRatingRepository>;

// The link is locked first, so that a rebuild does not make another one between this look at it and the commit: what it
// leaves in the products cannot be overwritten by a rating that it has made foreign. Products are found by the primary
// key and locked in its order, so that two instances cannot deadlock.
const applySql = `
  WITH link AS (
    SELECT store, true AS holds FROM rating_link WHERE reviews = reviews_identity() FOR SHARE
  ), told AS (
    SELECT *
      FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::numeric[],
                  $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])
        AS told (store, product_id, version, review_count, average, n1, n2, n3, n4, n5)
  ), rating AS (
    SELECT DISTINCT ON (product_id) told.*
      FROM told JOIN link ON told.store IS NULL OR told.store = link.store
     ORDER BY product_id, version DESC
  ), older AS (
    SELECT products.id
      FROM products JOIN rating ON rating.product_id = products.id
     WHERE products.rating_version < rating.version
     ORDER BY products.id
       FOR NO KEY UPDATE OF products
  ), applied AS (
    UPDATE products
       SET review_count = rating.review_count,
           distribution = ARRAY[n1, n2, n3, n4, n5],
           average_rating = rating.average,
           rating_version = rating.version,
           rating_updated_at = now()
      FROM rating JOIN older ON older.id = rating.product_id
     WHERE products.id = rating.product_id
       AND products.rating_version < rating.version
  )
  SELECT told.store, EXISTS (SELECT FROM link WHERE store IS NULL) AS linkable
    FROM told LEFT JOIN link ON told.store IS NULL OR told.store = link.store
   WHERE link.holds IS NULL`;

const linkSql = `
  UPDATE rating_link SET store = $1 WHERE store IS NULL AND reviews = reviews_identity()`;
