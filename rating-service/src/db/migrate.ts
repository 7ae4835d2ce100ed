import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type Logger } from 'ct-common-lib';
import { isTransientPostgresError, runMigrations, sqlState } from 'ct-common-lib/postgres';
import { migrations } from './migrations/index.ts';

export interface MigrateOptions {
  url: string;
  log: Logger;
  /** Ends the wait. */
  signal: AbortSignal;
}

/**
 * Brings the database up to date. Waits for one that is away, as it may start later than this service does;
 * gives false if it was told to stop before. Throws `AppError` `DATABASE_UNUSABLE` if the database refuses us,
 * does not exist, or a migration fails.
 */
export async function migrate({ url, log, signal }: MigrateOptions): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await runMigrations({ url, migrations, log });
      return true;
    } catch (cause) {
      if (refusesUs(cause) || !isTransientPostgresError(cause)) {
        const detail = `The rating database cannot be used (${(cause as Error).message}): check RATING_DATABASE_URL.`;
        throw new AppError('DATABASE_UNUSABLE', { detail, cause });
      }
      log.warn({ err: cause }, 'the rating database does not answer; trying again in a second');
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
    }
  }
  return false;
}

/** Classes 28 and 3D: wrong user or password, no such database. Waiting makes none of them right. */
function refusesUs(error: unknown) {
  return /^(28|3D)/.test(sqlState(error) ?? '');
}
