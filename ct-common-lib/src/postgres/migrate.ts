import { setTimeout as sleep } from 'node:timers/promises';
import { QueryTypes, Sequelize } from 'sequelize';
import { Umzug } from 'umzug';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { driver } from './driver.ts';
import { grantsSql, type Grants } from './grants.ts';
import { isTransientPostgresError, sqlState } from './transient.ts';

const lockTimeoutMs = 500;
/** For so long after it gave way no instance tries: however many wait, the tables are blocked for a fifth of the time. */
const pauseMs = 2_000;

/** A lock that was not to be had in time; a deadlock with a client, or a serialization failure. */
const gaveWayStates = new Set(['55P03', '40P01', '40001']);

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
  /** For how long a migration tries to get its locks before it gives up. Default 120,000. */
  patienceMs?: number;
  /** Who may do what besides the owner, from the moment on in which a table is there. Default: nobody anything. */
  grants?: Grants;
  /** Once it is aborted, a migration that waits for its locks is not tried again. */
  signal?: AbortSignal;
}

/**
 * Applies the migrations that the database does not have yet, each in a transaction of its own with its name: it stands
 * and is remembered, or neither. Instances that start at once wait for one another at an advisory lock, and each
 * migration is applied by one of them. Uses a connection of its own, as building an index on a large table may take longer
 * than any request may. A migration waits 500 ms for a lock: whoever comes after it waits behind it for as long.
 * Then it gives way, and is tried again after a pause of 2 s, in which no other instance tries either. Throws
 * {@link AppError} `MIGRATION_LOCKED_OUT` if that never helps, and `MIGRATIONS_MISSING` where some are missing and the user does not
 * own the tables.
 */
export async function runMigrations({
  url,
  migrations,
  grants,
  log,
  patienceMs = 120_000,
  signal,
}: MigrateOptions): Promise<void> {
  const sequelize = new Sequelize(url, {
    dialect: 'postgres',
    dialectModule: driver,
    logging: false,
    pool: { max: 1 },
    dialectOptions: { application_name: 'migrations', connectionTimeoutMillis: 3_000, keepAlive: true },
  });
  try {
    let attempt = 0;
    let firstFailedAt = 0;
    for (;;) {
      try {
        const name = await applyNext(sequelize, { migrations, grants, signal });
        if (name === undefined) return;
        log.info({ migration: name }, 'migrated');
        attempt = 0;
      } catch (error) {
        if (!gaveWayStates.has(sqlState(error) ?? '')) throw error;
        const reason = (error as Error).message;
        attempt++;
        if (attempt === 1) firstFailedAt = performance.now();
        if (performance.now() - firstFailedAt >= patienceMs) throw lockedOut(reason, attempt);
        log.warn({ reason, attempt }, 'a migration gave way to what holds its locks; trying again');
      }
    }
  } finally {
    await sequelize.close();
  }
}

/** Gives its name, undefined if there is none. */
async function applyNext(
  sequelize: Sequelize,
  { migrations, grants, signal }: Pick<MigrateOptions, 'migrations' | 'grants' | 'signal'>,
) {
  return sequelize.transaction(async (transaction) => {
    const query = (sql: string, bind: unknown[] = []) =>
      sequelize.query(sql, bind.length > 0 ? { transaction, bind } : { transaction });
    // Where a pooler is in front, the database has the limit that services need.
    await query('SET LOCAL statement_timeout = 0');
    await query(`SELECT pg_advisory_xact_lock(hashtext('ct-reviews migrations'))`);
    signal?.throwIfAborted();
    const executed = async () => {
      const options = { transaction, type: QueryTypes.SELECT } as const;
      const rows = await sequelize.query<{ name: string }>('SELECT name FROM schema_migrations', options);
      return rows.map(({ name }) => name);
    };
    const [standing] = await sequelize.query<Standing>(standingSql, { transaction, type: QueryTypes.SELECT });
    if (standing && !standing.owns) {
      const known = new Set(standing.begun ? await executed() : []);
      const missing = migrations.filter(({ name }) => !known.has(name));
      if (missing.length > 0) throw notTheOwner(standing.user, missing);
      return undefined;
    }
    await query(createTable);
    await query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    await query('SAVEPOINT nothing_applied');
    const umzug = new Umzug({
      migrations,
      context: { query },
      storage: {
        executed,
        logMigration: ({ name }) =>
          query('INSERT INTO schema_migrations (name) VALUES ($1)', [name]).then(() => {}),
        unlogMigration: ({ name }) =>
          query('DELETE FROM schema_migrations WHERE name = $1', [name]).then(() => {}),
      },
      logger: undefined,
    });
    try {
      const [applied] = await umzug.up({ step: 1 });
      // In the same transaction: a trigger on an old table may need a new one at once.
      if (grants) await query(grantsSql(grants));
      return applied?.name;
    } catch (error) {
      if (gaveWayStates.has(sqlState(error) ?? '')) {
        // Frees all that it got and keeps the advisory lock: the pause is everybody's.
        await query('ROLLBACK TO SAVEPOINT nothing_applied');
        await sleep(pauseMs, undefined, { signal });
      }
      throw error;
    }
  });
}

interface Standing {
  user: string;
  /** Whether this user may change the tables. */
  owns: boolean;
  /** Whether there is any. */
  begun: boolean;
}

const standingSql = `
  SELECT current_user AS "user", known IS NOT NULL AS begun,
         coalesce(pg_has_role(relowner, 'USAGE'), has_schema_privilege(current_schema(), 'CREATE'), true) AS owns
    FROM to_regclass('schema_migrations') AS known LEFT JOIN pg_class ON pg_class.oid = known`;

function notTheOwner(user: string, missing: Migration[]) {
  const detail =
    `The database lacks ${missing.map(({ name }) => name).join(', ')}, and the user ${user} does not own its tables. ` +
    'Migrate it as their owner: npm run migrate, or node dist/db/main.js of the service, with MIGRATION_DATABASE_URL set.';
  return new AppError('MIGRATIONS_MISSING', { detail });
}

function lockedOut(reason: string, attempts: number) {
  const detail =
    `${reason}, ${attempts} times: some transaction holds the table for too long. To find it: ` +
    'SELECT pid, application_name, state, xact_start, query FROM pg_stat_activity ORDER BY xact_start. ' +
    'SELECT pg_terminate_backend(pid) ends it; then start again.';
  return new AppError('MIGRATION_LOCKED_OUT', { detail });
}

/**
 * {@link runMigrations} for a service's start: waits for a database that is away, as it may start later than the
 * service does, and for migrations that its owner has to make. False if `signal` ended the wait. `urlVariable` is the setting that an error message names. Throws
 * {@link AppError} `DATABASE_UNUSABLE` if the database refuses us, does not exist, or a migration fails: waiting would
 * make none of them right; and `MIGRATION_LOCKED_OUT`.
 */
export async function migrateWhenReachable({
  urlVariable,
  signal,
  ...options
}: MigrateOptions & { urlVariable: string; signal: AbortSignal }): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await runMigrations({ ...options, signal });
      return true;
    } catch (cause) {
      if (signal.aborted) return false;
      const mustWait = cause instanceof AppError && cause.code === 'MIGRATIONS_MISSING';
      if (cause instanceof AppError && !mustWait) throw cause;
      if (!mustWait && !isTransientPostgresError(cause)) {
        const detail = `The database cannot be used (${(cause as Error).message}): check ${urlVariable}.`;
        throw new AppError('DATABASE_UNUSABLE', { detail, cause });
      }
      const reason = (cause as Error).message || 'no connection';
      const what = mustWait ? 'the database is not migrated' : 'the database does not answer';
      options.log.warn({ reason, urlVariable }, `${what}; trying again in a second`);
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
