import { Sequelize } from 'sequelize';
import type { Logger } from '../logger.ts';
import { driver } from './driver.ts';

export interface DatabaseOptions {
  log: Logger;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  /** Connections at the most. Default 10. */
  poolSize?: number;
}

/**
 * A Sequelize instance in which nothing waits for ever: 3 s to connect, 3 s for a place in the pool, 10 s for
 * a statement (the server ends it) and 15 s for its answer (a dead link), 60 s idle in a transaction.
 */
export function createSequelize(
  url: string,
  { log, applicationName, poolSize = 10 }: DatabaseOptions,
): Sequelize {
  return new Sequelize(url, {
    dialect: 'postgres',
    dialectModule: driver,
    logging: (sql) => log.trace({ sql }, 'query'),
    pool: { max: poolSize, acquire: 3_000, idle: 30_000 },
    // Sequelize would repeat some failed queries by itself; only the caller knows what may be repeated.
    retry: { max: 1 },
    dialectOptions: {
      application_name: applicationName,
      connectionTimeoutMillis: 3_000,
      statement_timeout: 10_000,
      query_timeout: 15_000,
      idle_in_transaction_session_timeout: 60_000,
      keepAlive: true,
    },
  });
}

/** True if PostgreSQL answers within the limits of {@link createSequelize}. */
export async function isReachable(sequelize: Sequelize): Promise<boolean> {
  try {
    await sequelize.query('SELECT 1');
    return true;
  } catch {
    return false;
  }
}
