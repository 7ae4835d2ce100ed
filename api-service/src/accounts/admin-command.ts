import { parseArgs } from 'node:util';
import { ConfigError, createLogger, databaseUrlSetting } from 'ct-common-lib';
import { createSequelize, isTransientPostgresError, sqlState } from 'ct-common-lib/postgres';
import { runCommand, UsageError } from '../auth/commands.ts';
import { createSessionRepository } from '../sessions/session.repository.ts';
import { createAccountRepository } from './account.repository.ts';
import { email as emailSchema } from './account.schema.ts';
import { appointAdmin } from './appoint-admin.ts';

const help = `Makes the account with this e-mail address an admin's, or makes one and prints its password.

  npm run -s admin -- EMAIL

It works on DATABASE_URL, else on the running npm start, else on the data of the stopped one.
Exit code: 0 if it is done, 1 if it cannot be, 2 if the command is wrong.`;

interface Options {
  /** Calls its argument with the URL of the database. */
  withDatabase: <T>(work: (databaseUrl: string) => Promise<T>) => Promise<T>;
}

/** `npm run admin`. Gives the exit code. */
export const runAdminCommand = (args: string[], { withDatabase }: Options) =>
  runCommand(help, async () => {
    const { values, positionals } = parseArgs({
      args,
      options: { help: { type: 'boolean', short: 'h', default: false } },
      allowPositionals: true,
    });
    if (values.help) return help;
    const [address, ...more] = positionals;
    const parsed = emailSchema.safeParse(address);
    if (!parsed.success || more.length > 0) throw new UsageError('give one e-mail address');
    return withDatabase((databaseUrl) => appointIn(databaseUrl, parsed.data));
  });

async function appointIn(url: string, email: string): Promise<string> {
  const { data: databaseUrl } = databaseUrlSetting.safeParse(url);
  if (databaseUrl === undefined)
    throw new ConfigError('DATABASE_URL_INVALID', {
      detail: 'DATABASE_URL must be set, e.g. postgres://user:password@host:5432/ct_api',
    });
  const log = createLogger({ name: 'admin', level: 'silent' });
  const sequelize = createSequelize(databaseUrl, { log, applicationName: 'admin', poolSize: 1 });
  try {
    const accounts = createAccountRepository(sequelize);
    const sessions = createSessionRepository(sequelize);
    const password = await appointAdmin({ accounts, sessions }, email);
    return password === undefined
      ? `${email} is an admin from the next login on`
      : `${email} is an admin now, with the password ${password}`;
  } catch (error) {
    throw databaseFault(error);
  } finally {
    await sequelize.close();
  }
}

function databaseFault(cause: unknown): unknown {
  if (sqlState(cause) === '42P01') {
    const detail =
      'The database has no tables of this version: start api-service on it once, which creates them.';
    return new ConfigError('TABLES_MISSING', { detail, cause });
  }
  if (!isTransientPostgresError(cause) && sqlState(cause) === undefined) return cause;
  return new ConfigError('DATABASE_UNAVAILABLE', {
    detail: 'The database cannot be reached: start it, or correct DATABASE_URL.',
    cause,
  });
}
