import { loadConfig } from 'ct-common-lib';
import { z } from 'zod';

const port = 'must be a port number from 0 to 65535';

const environment = z
  .object({
    RATING_DATABASE_URL: z
      .url({
        protocol: /^postgres(ql)?$/,
        error: 'must be a URL like postgres://user:password@host:5432/rating',
      })
      .optional(),
    RABBITMQ_URL: z
      .url({ protocol: /^amqps?$/, error: 'must be a URL like amqp://user:password@host:5672' })
      .optional(),
    HOST: z.string().default('127.0.0.1'),
    RATING_PORT: z
      .string()
      .regex(/^\d{1,5}$/, port)
      .transform(Number)
      .pipe(z.number().max(65_535, port))
      .default(3001),
    DATA_DIR: z.string().default('.data'),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    NODE_ENV: z.string().default('development'),
  })
  .refine((env) => env.NODE_ENV !== 'production' || env.RATING_DATABASE_URL !== undefined, {
    path: ['RATING_DATABASE_URL'],
    error: 'must be set in production: the URL of the PostgreSQL database for ratings',
    // Named together with the faults of other variables, not after them.
    when: () => true,
  });

export const configSchema = environment.transform((env) => ({
  /** Unset: an embedded PostgreSQL below `dataDir`. */
  ratingDatabaseUrl: env.RATING_DATABASE_URL,
  /** Unset: a bus inside this process. */
  rabbitmqUrl: env.RABBITMQ_URL,
  host: env.HOST,
  /** Of health and metrics. 0 for any free port. */
  port: env.RATING_PORT,
  dataDir: env.DATA_DIR,
  logLevel: env.LOG_LEVEL,
}));

export type RatingConfig = z.output<typeof configSchema>;

/** Reads the environment. Throws `ConfigError` that names every fault in it. */
export function loadRatingConfig(env: NodeJS.ProcessEnv): RatingConfig {
  return loadConfig(configSchema, env);
}
