import type { Migration } from 'ct-common-lib/postgres';

export const ratings: Migration = {
  name: '0001-ratings',
  up: ({ context }) =>
    context.query(`
      -- What is known of each review: the highest version that has arrived. A rating of null does not count.
      CREATE TABLE review_state (
        review_id  uuid     PRIMARY KEY,
        product_id uuid     NOT NULL,
        rating     smallint CHECK (rating BETWEEN 1 AND 5),
        version    bigint   NOT NULL
      );

      -- For audits: the reviews of one product.
      CREATE INDEX review_state_product_id ON review_state (product_id);

      -- The sum of review_state over each product: histogram, and sum of versions. No CHECK (n1 >= 0): the
      -- row that an upsert proposes holds differences, and would trip it. The space left free in each page
      -- keeps updates, which is all that happens to a row here, out of the index.
      CREATE TABLE product_rating (
        product_id uuid        PRIMARY KEY,
        n1         bigint      NOT NULL DEFAULT 0,
        n2         bigint      NOT NULL DEFAULT 0,
        n3         bigint      NOT NULL DEFAULT 0,
        n4         bigint      NOT NULL DEFAULT 0,
        n5         bigint      NOT NULL DEFAULT 0,
        version    bigint      NOT NULL DEFAULT 0,
        updated_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 50);
    `),
};
