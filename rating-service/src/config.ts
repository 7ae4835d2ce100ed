import { z } from 'zod';

const url = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

const port = 'must be a port number from 0 to 65535';

/** The environment of rating-service. */
export const configSchema = z
  .object({
    NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
    HOST: z.string().default('127.0.0.1'),
    // Of health and metrics; 0 for any free port.
    RATING_PORT: z
      .string()
      .regex(/^\d{1,5}$/, port)
      .transform(Number)
      .pipe(z.number().max(65_535, port))
      .default(3001),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    DATA_DIR: z.string().default('.data'),
    RATING_DATABASE_URL: url('postgres:', 'postgresql:').optional(),
    RABBITMQ_URL: url('amqp:', 'amqps:').optional(),
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
  }));

export type Environment = z.output<typeof configSchema>;

/** What the composition root needs: by then somebody has found a database. */
export type Config = Omit<Environment, 'ratingDatabaseUrl'> & {
  ratingDatabaseUrl: string;
  /** Before the names of exchange and queues: tests keep apart by it. Default: none. */
  prefix?: string;
};
