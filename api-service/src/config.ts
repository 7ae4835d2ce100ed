import { z } from 'zod';

const url = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

/** The environment of api-service. What is not set is explained in the README's table. */
export const configSchema = z
  .object({
    NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    DATA_DIR: z.string().default('.data'),
    DATABASE_URL: url('postgres:', 'postgresql:').optional(),
    REDIS_URL: url('redis:', 'rediss:').optional(),
    RABBITMQ_URL: url('amqp:', 'amqps:').optional(),
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
  }));

export type Environment = z.output<typeof configSchema>;

/** What the composition root needs: by then somebody has found a database. */
export type Config = Omit<Environment, 'databaseUrl'> & {
  databaseUrl: string;
  /** Before every key, exchange and queue: tests keep apart by it. Default: none. */
  prefix?: string;
};
