import type { Migration } from 'ct-common-lib/postgres';

/** The answers to requests that were sent with an `Idempotency-Key`, for whoever sends one again. */
export const idempotencyKeys: Migration = {
  name: '0007-idempotency-keys',
  up: ({ context }) => context.query(sql),
};

const sql = `
  CREATE TABLE idempotency_keys (
    -- Whose key it is; empty: nobody asks who callers are.
    caller       text NOT NULL,
    key          text NOT NULL,
    -- SHA-256 of the operation and its body.
    request_hash bytea NOT NULL,
    -- What was created, and how it was answered.
    created_id   uuid NOT NULL,
    etag         text NOT NULL,
    body         bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
  );

  CREATE INDEX idempotency_keys_by_created_at ON idempotency_keys (created_at);
`;
