import {
  databaseUrlSetting,
  portSetting,
  secret,
  serviceSettings,
  tracingSettingsOf,
  tracingVariables,
} from 'ct-common-lib';
import { z } from 'zod';

/** The environment of rating-service. */
export const configSchema = z
  .object({
    ...serviceSettings,
    ...tracingVariables,
    // Of health and metrics.
    RATING_PORT: portSetting.default(3001),
    RATING_DATABASE_URL: secret(databaseUrlSetting.optional()),
  })
  .refine(({ NODE_ENV, RATING_DATABASE_URL }) => NODE_ENV !== 'production' || RATING_DATABASE_URL, {
    path: ['RATING_DATABASE_URL'],
    // Named together with the faults of other variables, not after them.
    when: () => true,
    error: 'must be set in production, e.g. RATING_DATABASE_URL=postgres://user:password@host:5432/ct_rating',
  })
  .transform((env) => ({
    host: env.HOST,
    port: env.RATING_PORT,
    logLevel: env.LOG_LEVEL,
    dataDir: env.DATA_DIR,
    ratingDatabaseUrl: env.RATING_DATABASE_URL,
    rabbitmqUrl: env.RABBITMQ_URL,
    prefix: env.NAME_PREFIX,
    tracing: tracingSettingsOf(env),
  }));

export type Environment = z.output<typeof configSchema>;

/** What the composition root needs: by then somebody has found a database. */
export type Config = Omit<Environment, 'ratingDatabaseUrl'> & { ratingDatabaseUrl: string };
