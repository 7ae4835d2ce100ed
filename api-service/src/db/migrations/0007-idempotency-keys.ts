import type { Migration } from 'ct-common-lib/postgres';

/** The answers to requests that were sent with an `Idempotency-Key`, for whoever sends one again. */
export const idempotencyKeys: Migration = {
  name: '0007-idempotency-keys',
  up: ({ context }) => context.query(sql),
};

const sql = `
  CREATE TABLE idempotency_keys (
    -- Whose key it is; empty: of callers whom nobody knows.
    caller       text NOT NULL,
    key          text NOT NULL,
    -- HMAC of the operation and its body, see once.ts.
    request_hash bytea NOT NULL,
    -- What was created, and how it was answered.
    created_id   uuid NOT NULL,
    etag         text NOT NULL,
    -- Null: what was created has been erased since.
    body         bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
  );

  CREATE INDEX idempotency_keys_by_created_at ON idempotency_keys (created_at);
  CREATE INDEX idempotency_keys_by_created_id ON idempotency_keys (created_id);

  -- What the customer wrote goes with the review, here too. The key stays, so that nobody writes it once more by accident.
  CREATE FUNCTION reviews_erase_kept_answer() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    UPDATE idempotency_keys SET body = NULL WHERE created_id = NEW.id;
    RETURN NULL;
  END
  $body$;

  -- With a search path of its own, as all trigger functions, see migration 0003.
  DO $do$
  BEGIN
    EXECUTE format('ALTER FUNCTION reviews_erase_kept_answer() SET search_path = %I, pg_temp', current_schema());
  END
  $do$;

  CREATE TRIGGER reviews_erase_kept_answer AFTER UPDATE ON reviews
    FOR EACH ROW WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)
    EXECUTE FUNCTION reviews_erase_kept_answer();
`;
