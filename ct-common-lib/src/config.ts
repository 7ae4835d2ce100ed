import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from './errors.ts';
import { urlPerHost } from './url-hosts.ts';

/** The environment is not fit to start with. `message` names every fault, one a line. */
export class ConfigError extends AppError {}

/**
 * Reads a configuration from environment variables, once. An empty variable counts as unset, as docker
 * compose passes `${NAME}` that way. A {@link secret} `NAME` may be the content of a file instead, which `NAME_FILE` names.
 * Throws {@link ConfigError} that names all faults at once.
 */
export function loadConfig<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const { given, faults: ofFiles } = readFiles(secretsOf(schema), env);
  const parsed = schema.safeParse(given);
  if (parsed.success && ofFiles.size === 0) return parsed.data;
  const ofValues = (parsed.error?.issues ?? []).map(({ path, message }) => ({
    name: String(path.at(-1) ?? 'environment'),
    message,
  }));
  // What a file that cannot be read would have set is not missing.
  const left = ofValues.filter(({ name }) => !ofFiles.has(`${name}_FILE`));
  throw invalid([
    ...[...ofFiles].map(([name, message]) => `  ${name}: ${message}`),
    ...left.map(({ name, message }) => `  ${name}: ${message}`),
  ]);
}

function invalid(lines: string[]) {
  // Once each: two parts of a program may read the same variable.
  const faults = [...new Set(lines)];
  return new ConfigError('CONFIG_INVALID', {
    detail: `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.join('\n')}`,
  });
}

const secrets = z.registry<{ secret: true }>();

/** Marks a setting that may hold a password: it may also come from a file. */
export function secret<S extends z.ZodType>(setting: S): S {
  secrets.add(setting, { secret: true });
  return setting;
}

/** The names of the secrets in the schema of an environment. */
export function secretsOf(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodPipe) {
    const { in: input, out }: z.ZodPipe = schema;
    return [...secretsOf(input), ...secretsOf(out)];
  }
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: z.ZodRawShape = schema.shape;
  const settings = Object.entries(shape);
  return settings.flatMap(([name, setting]) => (secrets.has(setting) ? [name] : secretsOf(setting)));
}

/** For a program without a schema: the environment, with those of the secrets `names` that are in files. Throws {@link ConfigError}. */
export function withSecretFiles(names: string[], env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { given, faults } = readFiles(names, env);
  if (faults.size > 0) throw invalid([...faults].map(([name, message]) => `  ${name}: ${message}`));
  return given;
}

function readFiles(names: string[], env: NodeJS.ProcessEnv) {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const faults = new Map<string, string>();
  for (const name of new Set(names)) {
    const variable = `${name}_FILE`;
    const file = given[variable];
    if (file === undefined) continue;
    if (given[name] !== undefined) faults.set(variable, `cannot be set with ${name}: take one of them`);
    else {
      const content = readLine(file);
      if ('fault' in content) faults.set(variable, content.fault);
      else given[name] = content.text;
    }
  }
  return { given, faults };
}

function readLine(file: string): { text: string } | { fault: string } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/[\r\n]+$/, '');
  } catch (error) {
    return { fault: `names a file that cannot be read: ${(error as Error).message}` };
  }
  return text === '' ? { fault: `names a file that is empty: ${file}` } : { text };
}

/** A setting that is a URL with one of these protocols, e.g. `amqp:`. */
export const urlSetting = (...protocols: string[]) =>
  z.string().refine((value) => isUrl(value, protocols), { error: expectedUrl(protocols) });

const isUrl = (value: string, protocols: string[]) =>
  URL.canParse(value) && protocols.includes(new URL(value).protocol);

const expectedUrl = (protocols: string[]) =>
  `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`;

/** The same, but several hosts may stand in it, with commas between: `amqp://user:password@a:5672,b:5672`. */
export const urlOfHostsSetting = (...protocols: string[]) =>
  z.string().refine((value) => urlPerHost(value).every((url) => isUrl(url, protocols)), {
    error: `${expectedUrl(protocols)}; several hosts are separated by commas`,
  });

/** A setting that is the URL of a PostgreSQL database. */
export const databaseUrlSetting = urlSetting('postgres:', 'postgresql:').refine(
  (value) => !URL.canParse(value) || new URL(value).pathname.length > 1,
  { error: 'must name a database, e.g. postgres://user:password@host:5432/database' },
);

/** A setting that is one of these words. */
export const oneOf = <const T extends string>(...values: T[]) =>
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
  RABBITMQ_URL: secret(urlOfHostsSetting('amqp:', 'amqps:').optional()),
  /** Before every Redis key, exchange and queue: several installations may so share one Redis and one RabbitMQ. */
  NAME_PREFIX: z
    .string()
    .regex(/^[\w.:-]{0,100}$/, 'must be at most 100 letters, digits, or any of _ . : -')
    .default(''),
};
