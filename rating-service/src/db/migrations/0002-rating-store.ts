import type { Migration } from 'ct-common-lib/postgres';

export const ratingStore: Migration = {
  name: '0002-rating-store',
  up: ({ context }) =>
    context.query(`
      -- Names the very table of registers: its number in its cluster. What a dump restores is another table.
      CREATE FUNCTION register_identity() RETURNS text LANGUAGE sql STABLE AS $body$
        SELECT system_identifier || '/' || 'review_state'::regclass::oid FROM pg_control_system()
      $body$;

      -- Who this rating database is, and of which others it has heard. Reviews come with the id of the one that they
      -- are for: api-service takes ratings from that one alone.
      CREATE TABLE rating_store (
        id       uuid PRIMARY KEY,
        role     text NOT NULL CHECK (role IN (
                   'current',  -- this one; none is current from the beginning of a rebuild to its end
                   'former',   -- from before a rebuild, which has read all reviews that were for it
                   'foreign'   -- reviews have come for it, and wait
                 )),
        -- Of the current one: the register that it was made for. One that was restored from a dump lacks what came since,
        -- and its database is current no more.
        register text CHECK ((register IS NULL) = (role <> 'current'))
      );
      CREATE UNIQUE INDEX rating_store_has_one_current ON rating_store (role) WHERE role = 'current';

      INSERT INTO rating_store (id, role, register) VALUES (gen_random_uuid(), 'current', register_identity());
    `),
};
