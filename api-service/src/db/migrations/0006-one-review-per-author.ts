import type { Migration } from 'ct-common-lib/postgres';

/** One review per author and product. Those whose author is not known, as imported ones, do not count here. */
export const oneReviewPerAuthor: Migration = {
  name: '0006-one-review-per-author',
  up: ({ context }) => context.query(sql),
};

const sql = `
  CREATE UNIQUE INDEX reviews_by_author ON reviews (author_id, product_id)
    WHERE author_id IS NOT NULL AND deleted_at IS NULL;
`;
