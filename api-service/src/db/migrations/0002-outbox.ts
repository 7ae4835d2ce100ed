import { outboxTableSql } from 'ct-common-lib/outbox';
import type { Migration } from 'ct-common-lib/postgres';

export const outbox: Migration = {
  name: '0002-outbox',
  up: async ({ context }) => {
    // Events for RabbitMQ and tags for the cache wait apart, so that neither helper's absence delays the other.
    await context.query(
      outboxTableSql(
        'outbox',
        `event_id uuid NOT NULL DEFAULT gen_random_uuid(),
         type     text NOT NULL,
         subject  uuid NOT NULL,
         data     jsonb NOT NULL`,
      ),
    );
    await context.query(outboxTableSql('cache_invalidation', 'tag text NOT NULL'));
  },
};
