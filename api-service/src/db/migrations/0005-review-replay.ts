import type { Migration } from 'ct-common-lib/postgres';

/**
 * Whether all reviews are to be told again, because RabbitMQ has lost a queue and with it events that the outbox
 * had given up already. One row while that goes on, else none.
 */
export const reviewReplay: Migration = {
  name: '0005-review-replay',
  up: ({ context }) => context.query(sql),
};

const sql = `
  CREATE TABLE review_replay (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    -- The reviews up to this one are in the outbox again; null: none of them yet.
    last_id  uuid,
    asked_at timestamptz NOT NULL DEFAULT now()
  );
`;
