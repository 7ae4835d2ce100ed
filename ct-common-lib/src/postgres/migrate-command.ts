import { z } from 'zod';
import { ConfigError, databaseUrlSetting, loadConfig, secret, serviceSettings } from '../config.ts';
import { AppError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { migrateWhenReachable, type Migration } from './migrate.ts';

/** The tables of a service, and who may do what with them. */
export interface Schema {
  /** The setting that is the URL of their owner. Without it the service's user is the owner. */
  ownerVariable: string;
  /** The setting that is the URL of the service's user. */
  serviceVariable: string;
  migrations: Migration[];
  /** What the service's user may do with each, if it is not their owner. */
  rights: Record<string, string>;
}

const patienceMs = 120_000;

/**
 * The program that migrates a service's database as the owner of its tables, and gives the service's user its rights to them.
 * Waits for two minutes for a database that is away. Gives the exit code.
 */
export async function runMigrateCommand(
  { ownerVariable, serviceVariable, migrations, rights }: Schema,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const interruption = new AbortController();
  const stop = () => interruption.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    const settings: Record<string, string | undefined> = loadConfig(
      z.object({
        [ownerVariable]: secret(databaseUrlSetting.optional()),
        [serviceVariable]: secret(databaseUrlSetting.optional()),
        LOG_LEVEL: serviceSettings.LOG_LEVEL,
      }),
      env,
    );
    const serviceUrl = settings[serviceVariable];
    if (serviceUrl === undefined)
      throw new ConfigError('DATABASE_URL_MISSING', {
        detail: `${serviceVariable} must be set: to the URL of the service's user, who is given its rights.`,
      });
    const ownerUrl = settings[ownerVariable] ?? serviceUrl;
    const role = userOf(serviceUrl);
    const migrated = await migrateWhenReachable({
      url: ownerUrl,
      urlVariable: settings[ownerVariable] === undefined ? serviceVariable : ownerVariable,
      migrations,
      log: createLogger({ name: 'migrations', level: settings.LOG_LEVEL! }),
      signal: AbortSignal.any([interruption.signal, AbortSignal.timeout(patienceMs)]),
      ...(role !== userOf(ownerUrl) && { grants: { role, tables: rights } }),
    });
    if (migrated) return 0;
    console.error('The database was not migrated: it did not answer, or the program was stopped.');
    return 1;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
}

const userOf = (url: string) => decodeURIComponent(new URL(url).username);
