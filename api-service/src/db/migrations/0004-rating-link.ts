import type { Migration } from 'ct-common-lib/postgres';

/**
 * Which rating database the ratings are taken over from: a sum that another one has made, of other reviews, may have a
 * higher version and still be wrong. `npm run ratings:rebuild` links two databases that are not linked.
 */
export const ratingLink: Migration = {
  name: '0004-rating-link',
  up: ({ context }) => context.query(sql),
};

const sql = `
  -- Names the very table of reviews: its number in its cluster. What a dump restores is another table.
  CREATE FUNCTION reviews_identity() RETURNS text LANGUAGE sql STABLE AS $body$
    SELECT system_identifier || '/' || 'reviews'::regclass::oid FROM pg_control_system()
  $body$;

  CREATE TABLE rating_link (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    -- The identity of that rating database; null: the first that is heard of.
    store    uuid,
    -- The table that the link was made for: with any other it does not hold.
    reviews  text NOT NULL
  );
  INSERT INTO rating_link (reviews) VALUES (reviews_identity());

  -- The rating database that review events are for; where the link does not hold, an id that none has.
  CREATE FUNCTION rating_store() RETURNS uuid LANGUAGE sql STABLE AS $body$
    SELECT CASE WHEN reviews = reviews_identity() THEN store
                ELSE ('00000000-0000-0000-0000-' || lpad(to_hex('reviews'::regclass::oid::bigint), 12, '0'))::uuid
           END
      FROM rating_link
  $body$;
`;
