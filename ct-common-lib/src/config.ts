import type { z } from 'zod';
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
