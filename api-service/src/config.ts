import { databaseUrlSetting, portSetting, serviceSettings, urlSetting } from 'ct-common-lib';
import { z } from 'zod';

const origins =
  'must be *, or origins separated by commas, e.g. https://shop.example,https://admin.shop.example';

/** As a browser sends it: no path, not even a slash. */
const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;

const originsSetting = z
  .string()
  .transform((list) => list.split(',').map((origin) => origin.trim()))
  .refine((list) => list.join() === '*' || list.every(isOrigin), origins);

/** The environment of api-service. */
export const configSchema = z
  .object({
    ...serviceSettings,
    PORT: portSetting.default(3000),
    DATABASE_URL: databaseUrlSetting.optional(),
    REDIS_URL: urlSetting('redis:', 'rediss:').optional(),
    CORS_ORIGINS: originsSetting.default([]),
    DRAIN_SECONDS: z
      .string()
      .regex(/^[1-5]?\d$/, 'must be a whole number of seconds from 0 to 59')
      .transform(Number)
      .default(0),
  })
  .refine(({ NODE_ENV, DATABASE_URL }) => NODE_ENV !== 'production' || DATABASE_URL !== undefined, {
    path: ['DATABASE_URL'],
    // Named together with the faults of other variables, not after them.
    when: () => true,
    error: 'must be set in production, e.g. DATABASE_URL=postgres://user:password@host:5432/ct_api',
  })
  .transform((env) => ({
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    rabbitmqUrl: env.RABBITMQ_URL,
    prefix: env.NAME_PREFIX,
    corsOrigins: env.CORS_ORIGINS,
    drainMs: env.DRAIN_SECONDS * 1000,
  }));

export type Environment = z.output<typeof configSchema>;

/** What the composition root needs: by then somebody has found a database. */
export type Config = Omit<Environment, 'databaseUrl'> & { databaseUrl: string };
