import type { Histogram } from 'ct-common-lib/rating';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

/** The rating of one product. */
export interface ProductRating {
  productId: string;
  histogram: Histogram;
  /** Sum of the versions of the reviews in it. */
  version: number;
  /** When it last changed. */
  updatedAt: Date;
}

/** By how much a rating changes. */
export interface ProductRatingChange {
  productId: string;
  histogram: Histogram;
  version: number;
}

/** The histogram of each product. A number beyond 2^53 comes out as no safe integer. */
export function createProductRatingRepository(sequelize: Sequelize) {
  return {
    /** Adds each change to its product's rating and gives the ratings that result, in the order of product ids. */
    async add(changes: ProductRatingChange[], transaction: Transaction): Promise<ProductRating[]> {
      const column = (star: 0 | 1 | 2 | 3 | 4) => changes.map(({ histogram }) => histogram[star]);
      const rows = await sequelize.query<Row>(upsert, {
        bind: [
          changes.map(({ productId }) => productId),
          column(0),
          column(1),
          column(2),
          column(3),
          column(4),
          changes.map(({ version }) => version),
        ],
        transaction,
        type: QueryTypes.SELECT,
      });
      return rows.map(parse);
    },

    /** The ratings of those of the products that have any, in the order of product ids. */
    async find(productIds: string[]): Promise<ProductRating[]> {
      const rows = await sequelize.query<Row>(select, { bind: [productIds], type: QueryTypes.SELECT });
      return rows.map(parse);
    },
  };
}

export type ProductRatingRepository = ReturnType<typeof createProductRatingRepository>;

// pg gives a bigint as a string.
type Row = Record<'product_id' | 'n1' | 'n2' | 'n3' | 'n4' | 'n5' | 'version', string> & { updated_at: Date };

function parse(row: Row): ProductRating {
  return {
    productId: row.product_id,
    histogram: [Number(row.n1), Number(row.n2), Number(row.n3), Number(row.n4), Number(row.n5)],
    version: Number(row.version),
    updatedAt: row.updated_at,
  };
}

// In key order, so that two transactions never wait for one another. A change of nothing is made like any
// other: it gives back the rating as it stands. Plan: one probe of the primary key per product.
const upsert = `
  INSERT INTO product_rating AS rating (product_id, n1, n2, n3, n4, n5, version)
  SELECT product_id, n1, n2, n3, n4, n5, version
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
      AS change (product_id, n1, n2, n3, n4, n5, version)
   ORDER BY product_id
      ON CONFLICT (product_id) DO UPDATE
     SET n1 = rating.n1 + excluded.n1,
         n2 = rating.n2 + excluded.n2,
         n3 = rating.n3 + excluded.n3,
         n4 = rating.n4 + excluded.n4,
         n5 = rating.n5 + excluded.n5,
         version = rating.version + excluded.version,
         updated_at = CASE WHEN excluded.version = 0 THEN rating.updated_at ELSE now() END
  RETURNING product_id, n1, n2, n3, n4, n5, version, updated_at`;

// Plan: index scan on the primary key.
const select = `
  SELECT product_id, n1, n2, n3, n4, n5, version, updated_at
    FROM product_rating
   WHERE product_id = ANY ($1::uuid[])
   ORDER BY product_id`;
