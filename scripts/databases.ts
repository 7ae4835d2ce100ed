import { createLogger, withSecretFiles } from 'ct-common-lib';
import { runMigrations, startEmbeddedPostgres } from 'ct-common-lib/postgres';
import { migrations as apiMigrations } from '../api-service/src/db/migrations/index.ts';
import { migrations as ratingMigrations } from '../rating-service/src/db/migrations/index.ts';
import { findRunning, postgresDir } from './running.ts';

/** Where a command finds the system that it works on. */
export interface Databases {
  databaseUrl: string;
  /** Unset if only DATABASE_URL was given. */
  ratingDatabaseUrl: string | undefined;
  /** Unset if no API runs. */
  apiUrl: string | undefined;
}

/**
 * Calls `work` with the databases of DATABASE_URL and RATING_DATABASE_URL; without these with those of the
 * running `npm start`; without that it starts the embedded PostgreSQL for as long as `work` takes.
 */
export async function withDatabases<T>(work: (databases: Databases) => Promise<T>): Promise<T> {
  const { DATABASE_URL, RATING_DATABASE_URL, API_URL } = withSecretFiles(
    ['DATABASE_URL', 'RATING_DATABASE_URL'],
    process.env,
  );
  if (DATABASE_URL) {
    const apiUrl = API_URL || `http://127.0.0.1:${process.env.PORT || 3000}`;
    return work({ databaseUrl: DATABASE_URL, ratingDatabaseUrl: RATING_DATABASE_URL || undefined, apiUrl });
  }
  const running = await findRunning();
  if (running) return work({ ...running, apiUrl: API_URL || running.apiUrl });

  const log = createLogger({ name: 'ct-reviews', level: 'warn' });
  const postgres = await startEmbeddedPostgres({
    dataDir: postgresDir,
    databases: ['ct_api', 'ct_rating'],
    log,
  });
  try {
    const [databaseUrl, ratingDatabaseUrl] = [postgres.url('ct_api'), postgres.url('ct_rating')];
    await runMigrations({ url: databaseUrl, migrations: apiMigrations, log });
    await runMigrations({ url: ratingDatabaseUrl, migrations: ratingMigrations, log });
    return await work({ databaseUrl, ratingDatabaseUrl, apiUrl: API_URL || undefined });
  } finally {
    await postgres.stop();
  }
}
