import { createRelay, type OutboxRow, type RelayOptions } from 'ct-common-lib/outbox';

interface TagRow extends OutboxRow {
  tag: string;
}

interface Deps extends Pick<RelayOptions<TagRow>, 'sequelize' | 'log' | 'metrics'> {
  /** Makes the cached entries under these tags unreadable, or throws. */
  bumpOrThrow: (tags: string[]) => Promise<void>;
}

/**
 * Makes the bumps that are owed: after a crash between commit and bump, after an edit in psql, after a time
 * without Redis. Most rows find their bump already made; to make it twice costs one miss.
 */
export function createInvalidationRelay({ sequelize, bumpOrThrow, log, metrics }: Deps) {
  return createRelay<TagRow>({
    sequelize,
    table: 'cache_invalidation',
    log,
    metrics,
    async deliver(rows) {
      await bumpOrThrow([...new Set(rows.map(({ tag }) => tag))]);
      return rows.map(() => ({ status: 'delivered' }));
    },
  });
}
