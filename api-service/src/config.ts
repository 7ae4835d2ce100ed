import {
  databaseUrlSetting,
  portSetting,
  secret,
  serviceSettings,
  tracingSettingsOf,
  tracingVariables,
  urlOfHostsSetting,
} from 'ct-common-lib';
import { redisUrlSetting } from 'ct-common-lib/cache';
import { z } from 'zod';
import { faultsOfMail, mailSettingsOf, mailVariables } from './mail/mail-settings.ts';
import { authSettingsOf, authVariables, faultsOfAuth } from './auth/auth-settings.ts';
import { limitsOf, limitVariables } from './limits/limit-settings.ts';

const origins =
  'must be *, or origins separated by commas, e.g. https://shop.example,https://admin.shop.example';

/** As a browser sends it: no path, not even a slash. */
const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;

const originsSetting = z
  .string()
  .transform((list) => list.split(',').map((origin) => origin.trim()))
  .refine((list) => list.join() === '*' || list.every(isOrigin), origins);

/** Named together with the faults of other variables, not after them. */
const together = { when: () => true };

/** Of one that is wrong only together with others, as `faultsOf` tells. */
const fault = <Environment, Variable extends string>(
  faultsOf: (env: Environment) => Partial<Record<Variable, string>>,
  variable: Variable,
) => ({
  ...together,
  path: [variable],
  error: ({ input }: { input: unknown }) => faultsOf(input as Environment)[variable],
});

/** The environment of api-service. */
export const configSchema = z
  .object({
    ...serviceSettings,
    ...tracingVariables,
    PORT: portSetting.default(3000),
    DATABASE_URL: secret(databaseUrlSetting.optional()),
    DATABASE_REPLICA_URL: secret(urlOfHostsSetting('postgres:', 'postgresql:').optional()),
    REDIS_URL: secret(redisUrlSetting.optional()),
    CORS_ORIGINS: originsSetting.default([]),
    ...authVariables,
    ...mailVariables,
    ...limitVariables,
    DRAIN_SECONDS: z
      .string()
      .regex(/^[1-5]?\d$/, 'must be a whole number of seconds from 0 to 59')
      .transform(Number)
      .default(0),
  })
  .refine(({ NODE_ENV, DATABASE_URL }) => NODE_ENV !== 'production' || DATABASE_URL !== undefined, {
    path: ['DATABASE_URL'],
    ...together,
    error: 'must be set in production, e.g. DATABASE_URL=postgres://user:password@host:5432/ct_api',
  })
  .refine(
    ({ DATABASE_URL, DATABASE_REPLICA_URL }) =>
      DATABASE_REPLICA_URL === undefined || DATABASE_URL !== undefined,
    {
      path: ['DATABASE_REPLICA_URL'],
      ...together,
      error: 'is of a replica of DATABASE_URL, which must be set, too',
    },
  )
  .refine((env) => !faultsOfAuth(env).AUTH_ISSUER, fault(faultsOfAuth, 'AUTH_ISSUER'))
  .refine((env) => !faultsOfAuth(env).AUTH_AUDIENCE, fault(faultsOfAuth, 'AUTH_AUDIENCE'))
  .refine((env) => !faultsOfAuth(env).AUTH_KEYS_FILE, fault(faultsOfAuth, 'AUTH_KEYS_FILE'))
  .refine((env) => !faultsOfMail(env).MAIL_FROM, fault(faultsOfMail, 'MAIL_FROM'))
  .refine((env) => !faultsOfMail(env).PUBLIC_URL, fault(faultsOfMail, 'PUBLIC_URL'))
  .transform((env) => ({
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    replicaUrl: env.DATABASE_REPLICA_URL,
    redisUrl: env.REDIS_URL,
    rabbitmqUrl: env.RABBITMQ_URL,
    prefix: env.NAME_PREFIX,
    tracing: tracingSettingsOf(env),
    corsOrigins: env.CORS_ORIGINS,
    auth: authSettingsOf(env),
    mail: mailSettingsOf(env),
    limits: limitsOf(env),
    trustProxy: env.TRUST_PROXY,
    drainMs: env.DRAIN_SECONDS * 1000,
  }));

export type Environment = z.output<typeof configSchema>;

/** What the composition root needs: by then somebody has found a database. */
export type Config = Omit<Environment, 'databaseUrl'> & { databaseUrl: string };
