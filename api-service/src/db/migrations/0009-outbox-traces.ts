import type { Migration } from 'ct-common-lib/postgres';

/**
 * The trace that a change belongs to, beside its event. Whoever writes a review says so in the same statement, see traced.ts, and the
 * triggers need not know of it.
 */
export const outboxTraces: Migration = {
  name: '0009-outbox-traces',
  up: ({ context }) => context.query(sql),
};

const sql = `
  ALTER TABLE outbox ADD COLUMN traceparent text;
  ALTER TABLE outbox ALTER COLUMN traceparent SET DEFAULT nullif(current_setting('ct.traceparent', true), '');
`;
