import { setTimeout as sleep } from 'node:timers/promises';
import { QueryTypes, Sequelize } from 'sequelize';
import { Umzug } from 'umzug';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { isTransientPostgresError } from './transient.ts';

export interface MigrationContext {
  /** Runs SQL (several statements if need be) inside the migration's transaction. */
  query(sql: string): Promise<unknown>;
}

/** `name` is the file's name without extension: it is what the database remembers. */
export interface Migration {
  name: string;
  up(params: { context: MigrationContext }): Promise<unknown>;
}

export interface MigrateOptions {
  url: string;
  migrations: Migration[];
  log: Logger;
}

/**
 * Applies the migrations that the database does not have yet, all in one transaction: after a crash either
 * all of them stand, remembered, or none. Instances that start at once wait for one another at an advisory
 * lock, and only the first finds work. Uses a connection of its own, as building an index on a large table
 * may take longer than any request may.
 */
export async function runMigrations({ url, migrations, log }: MigrateOptions): Promise<void> {
  const sequelize = new Sequelize(url, {
    dialect: 'postgres',
    logging: false,
    pool: { max: 1 },
    dialectOptions: { application_name: 'migrations', connectionTimeoutMillis: 3_000, keepAlive: true },
  });
  try {
    await sequelize.transaction(async (transaction) => {
      const query = (sql: string, bind: unknown[] = []) =>
        sequelize.query(sql, bind.length > 0 ? { transaction, bind } : { transaction });
      await query(`SELECT pg_advisory_xact_lock(hashtext('ct-reviews migrations'))`);
      await query(createTable);
      const umzug = new Umzug({
        migrations,
        context: { query },
        storage: {
          executed: async () => {
            const options = { transaction, type: QueryTypes.SELECT } as const;
            const rows = await sequelize.query<{ name: string }>(
              'SELECT name FROM schema_migrations',
              options,
            );
            return rows.map(({ name }) => name);
          },
          logMigration: ({ name }) =>
            query('INSERT INTO schema_migrations (name) VALUES ($1)', [name]).then(() => {}),
          unlogMigration: ({ name }) =>
            query('DELETE FROM schema_migrations WHERE name = $1', [name]).then(() => {}),
        },
        logger: undefined,
      });
      for (const { name } of await umzug.up()) log.info({ migration: name }, 'migrated');
    });
  } finally {
    await sequelize.close();
  }
}

/**
 * {@link runMigrations} for a service's start: waits for a database that is away, as it may start later than the
 * service does. False if `signal` ended the wait. `urlVariable` is the setting that an error message names. Throws
 * {@link AppError} `DATABASE_UNUSABLE` if the database refuses us, does not exist, or a migration fails: waiting would
 * make none of them right.
 */
export async function migrateWhenReachable({
  urlVariable,
  signal,
  ...options
}: MigrateOptions & { urlVariable: string; signal: AbortSignal }): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await runMigrations(options);
      return true;
    } catch (cause) {
      if (!isTransientPostgresError(cause)) {
        const detail = `The database cannot be used (${(cause as Error).message}): check ${urlVariable}.`;
        throw new AppError('DATABASE_UNUSABLE', { detail, cause });
      }
      const reason = (cause as Error).message || 'no connection';
      options.log.warn({ reason, urlVariable }, 'the database does not answer; trying again in a second');
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
    }
  }
  return false;
}

const createTable = `
  CREATE TABLE IF NOT EXISTS schema_migrations (
    name       text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;
