import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface ComposeService {
  image?: string;
  build?: { context: string; target: string };
  user?: string;
  hostname?: string;
  profiles?: string[];
  entrypoint?: string[];
  read_only?: boolean;
  tmpfs?: string[];
  command?: string[];
  environment?: Record<string, string | number>;
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string; restart?: boolean }>;
  healthcheck?: { test: string[] };
  restart?: string;
  cap_drop?: string[];
  security_opt?: string[];
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
}

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

export const composeText = read('docker-compose.yml');

/** What `npm run up` adds to it. */
export const devText = read('docker-compose.dev.yml');

/** The variables that a copied .env.example sets. */
export const exampleEnv: Record<string, string> = {};
for (const line of read('.env.example').split('\n')) {
  const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
  if (name !== undefined && value !== undefined) exampleEnv[name] = value;
  else if (line !== '' && !line.startsWith('#')) throw new Error(`.env.example: ${line}`);
}

const reference = /\$(?:\$|\{(\w+)(?:(:?[-?])([^}]*))?\}|)/g;

/** The names of all variables in `text`. */
export const findVariables = (text: string) =>
  new Set([...text.matchAll(reference)].map(([, name]) => name).filter((name) => name !== undefined));

/**
 * Compose's interpolation as far as this project uses it: `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}` and `$$`
 * (https://docs.docker.com/reference/compose-file/interpolation). Throws on all else, and where there is no value.
 */
export function interpolate(text: string, env: Record<string, string>): string {
  return text.replace(reference, (found: string, name?: string, operator?: string, word?: string) => {
    if (found === '$$') return '$';
    if (name === undefined) return raise('a $ that begins no variable');
    if (env[name] || (operator === '-' && env[name] === '')) return env[name];
    return operator?.endsWith('-') && word !== undefined
      ? word
      : raise(`${name} has no value: ${word ?? 'and no message'}`);
  });
}

/** The compose file as it is with these variables. */
export const loadCompose = (env: Record<string, string>, text = composeText) =>
  parse(interpolate(text, env), { merge: true }) as ComposeFile;

function raise(message: string): never {
  throw new Error(message);
}
