import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from 'ct-common-lib';
import { configSchema } from '../config.ts';
import { createKeysFile } from './keys-file.ts';
import { isRole, roles, type Role } from './scopes.ts';
import { subjectSchema } from './token-checker.ts';
import { createSigner } from './signer.ts';
import { issueToken } from './token-issuer.ts';

const tokenHelp = `Prints a token for the API, signed with the key of this installation.

  npm run -s token -- [options]

  --role ROLE    ${roles.join(', ')}: each may do what those before it may. Default: customer
  --subject ID   whose it is: the author of the reviews that it writes. Default: somebody new
  --hours N      how long it is valid, up to 8760. Default: 24
  --help         prints this

Nobody can take it back but with its key: give it only to whom you would give your password.
Exit code: 0 if it is printed, 1 if it cannot be made, 2 if the command is wrong.`;

const keysHelp = `Makes a file with a new key that tokens are signed with, for AUTH_KEYS_FILE. One that is there already is left alone.

  npm run -s keys -- FILE

Exit code: 0 if the file is there, 1 if it cannot be made, 2 if the command is wrong.`;

export class UsageError extends Error {}

/** `npm run token`. Gives the exit code. */
export const runTokenCommand = (args: string[], env: NodeJS.ProcessEnv) =>
  runCommand(tokenHelp, async () => {
    const { help, role, subject, hours } = parse(args);
    if (help) return tokenHelp;
    const { auth } = loadConfig(configSchema, env);
    if (!auth) throw new ConfigError('AUTH_OFF', { detail: 'AUTH is off: the API takes no tokens.' });
    if (auth.jwksUrl !== undefined)
      throw new ConfigError('NO_KEYS', {
        detail: 'AUTH_JWKS_URL is set: only your identity provider makes tokens.',
      });
    if (auth.mayCreateKeys) await createKeysFile(auth.keysFile);
    return issueToken(auth, createSigner(auth), { role, subject, hours });
  });

function parse(args: string[]): { help: boolean; role: Role; subject: string; hours: number } {
  const { values } = parseArgs({
    args,
    options: {
      role: { type: 'string', default: 'customer' },
      subject: { type: 'string' },
      hours: { type: 'string', default: '24' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { help, role, subject = randomUUID() } = values;
  const hours = Number(values.hours);
  if (!isRole(role)) throw new UsageError(`--role must be one of ${roles.join(', ')}`);
  if (!subjectSchema.safeParse(subject).success)
    throw new UsageError('--subject must have 1 to 200 characters');
  if (!(hours > 0 && hours <= 8760)) throw new UsageError('--hours must be a number above 0, up to 8760');
  return { help, role, subject, hours };
}

/** `npm run keys`. Gives the exit code. */
export const runKeysCommand = (args: string[]) =>
  runCommand(keysHelp, async () => {
    const { values, positionals } = parseArgs({
      args,
      options: { help: { type: 'boolean', short: 'h', default: false } },
      allowPositionals: true,
    });
    if (values.help) return keysHelp;
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new UsageError('give the name of one file');
    return (await createKeysFile(file)) ? `made ${file}` : `${file} is there already, and is left alone`;
  });

/** Prints what the command gives, or what is wrong. Gives the exit code. */
export async function runCommand(help: string, command: () => Promise<string>): Promise<number> {
  try {
    console.log(await command());
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError || codeOf(error).startsWith('ERR_PARSE_ARGS');
    if (!isUsage && !(error instanceof ConfigError) && codeOf(error) === '') throw error;
    console.error((error as Error).message);
    if (isUsage) console.error(`\n${help}`);
    return isUsage ? 2 : 1;
  }
}

const codeOf = (error: unknown) => String((error as NodeJS.ErrnoException).code ?? '');
