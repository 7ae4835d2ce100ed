import { finished } from 'node:stream/promises';
import { sqlState } from 'ct-common-lib/postgres';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ImportError } from './import-error.ts';

/** An import's own connection, on which nothing waits for ever: 5 s to connect, 60 s for a statement. */
export async function connect(databaseUrl: string) {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'import',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 60_000,
    query_timeout: 90_000,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
  });
  // A connection that breaks while no query runs tells it here; the next query fails on it then.
  client.on('error', () => {});
  await client.connect();
  return {
    query: async (sql: string, values: unknown[] = []) => client.query<Record<string, unknown>>(sql, values),
    /** Sends rows in the text format of COPY. */
    async copy(sql: string, rows: string) {
      const stream = client.query(copyFrom(sql));
      stream.end(rows);
      await finished(stream);
    },
    /** Ends the connection, and with it whatever it is doing. */
    close: () => client.end(),
  };
}

export type Connection = Awaited<ReturnType<typeof connect>>;

/** Puts what the database said into one sentence, without the password that its URL may hold. */
export function toImportError(error: unknown, databaseUrl: string): ImportError {
  if (error instanceof ImportError) return error;
  const { pathname, host } = new URL(URL.canParse(databaseUrl) ? databaseUrl : 'postgres:///');
  const database = `the database ${pathname.slice(1)} at ${host}`.replace(/ +at $/, '');
  const state = sqlState(error);
  const { message, code } = error as Error & { code?: string };
  const told = message || code || String(error);
  if (state === '42P01' || state === '42703') {
    const detail = `There are no tables of this version in ${database} (${told}); start api-service on it once, which creates them.`;
    return new ImportError('DATABASE', detail, { cause: error });
  }
  if (state === undefined) {
    const detail = `Cannot reach ${database} (${told}); start it, or correct DATABASE_URL.`;
    return new ImportError('DATABASE', detail, { cause: error });
  }
  if (state === '42501') {
    const detail = `${told} in ${database}; give DATABASE_URL the user who owns the tables, as that of the service may not import.`;
    return new ImportError('DATABASE', detail, { cause: error });
  }
  return new ImportError('DATABASE', `An error from ${database}: ${told} (${state}).`, { cause: error });
}
