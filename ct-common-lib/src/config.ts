import { z } from 'zod';
import { AppError } from './errors.ts';

/** The environment is not fit to start with. `message` names every fault, one a line. */
export class ConfigError extends AppError {}

/**
 * Reads a configuration from environment variables, once. An empty variable counts as unset, as docker
 * compose passes `${NAME}` that way. Throws {@link ConfigError} that names all faults at once.
 */
export function loadConfig<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  // Once each: two parts of a program may read the same variable.
  const faults = [
    ...new Set(
      parsed.error.issues.map(({ path, message }) => `  ${String(path.at(-1) ?? 'environment')}: ${message}`),
    ),
  ];
  throw new ConfigError('CONFIG_INVALID', {
    detail: `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.join('\n')}`,
  });
}

/** A setting that is a URL with one of these protocols, e.g. `amqp:`. */
export const urlSetting = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

/** A setting that is the URL of a PostgreSQL database. */
export const databaseUrlSetting = urlSetting('postgres:', 'postgresql:').refine(
  (value) => !URL.canParse(value) || new URL(value).pathname.length > 1,
  { error: 'must name a database, e.g. postgres://user:password@host:5432/database' },
);

const oneOf = <const T extends string>(...values: T[]) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

const portRange = 'must be a port number from 0 to 65535';

/** A setting that is a TCP port; 0 stands for any free one. */
export const portSetting = z
  .string()
  .regex(/^\d{1,5}$/, portRange)
  .transform(Number)
  .pipe(z.number().max(65_535, portRange));

/** The settings that every service has, with their defaults. */
export const serviceSettings = {
  NODE_ENV: oneOf('development', 'production', 'test').default('development'),
  HOST: z
    .string()
    .regex(/^[\w.:%-]+$/, 'must be an address or a host name to listen on, e.g. 127.0.0.1')
    .default('127.0.0.1'),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
  /** Where a service that is given no database keeps its embedded one. */
  DATA_DIR: z.string().default('.data'),
  RABBITMQ_URL: urlSetting('amqp:', 'amqps:').optional(),
  /** Before every Redis key, exchange and queue: several installations may so share one Redis and one RabbitMQ. */
  NAME_PREFIX: z
    .string()
    .regex(/^[\w.:-]{0,100}$/, 'must be at most 100 letters, digits, or any of _ . : -')
    .default(''),
};
