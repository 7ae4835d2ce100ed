import { randomBytes } from 'node:crypto';
import { Client, DatabaseError, escapeIdentifier } from 'pg';

export interface TestDatabaseOptions {
  /** Part of the database's name, so that a log tells whose it is. Default `test`. */
  name?: string;
  /** A database of the server, as a user who may create others. Default: `TEST_POSTGRES_URL`. */
  serverUrl?: string | undefined;
}

/**
 * Creates a database of the caller's own on a PostgreSQL server. `drop` removes it and throws if
 * connections were still open then, as something that was started was not stopped.
 */
export async function createTestDatabase({
  name = 'test',
  serverUrl = process.env.TEST_POSTGRES_URL,
}: TestDatabaseOptions = {}) {
  if (!serverUrl) throw new Error('TEST_POSTGRES_URL names no PostgreSQL: run npm test or npx mocha');
  const database = `${name}_${randomBytes(6).toString('hex')}`;
  const identifier = escapeIdentifier(database);
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${identifier}`));

  const drop = () =>
    withClient(serverUrl, async (client) => {
      try {
        // PostgreSQL waits 5 s for connections that are being closed.
        await client.query(`DROP DATABASE ${identifier}`);
      } catch (error) {
        if (!(error instanceof DatabaseError && error.code === objectInUse)) throw error;
        const { rows } = await client.query<{ client: string }>(openConnections, [database]);
        await client.query(`DROP DATABASE ${identifier} WITH (FORCE)`);
        const clients = rows.map(({ client }) => client).join('\n');
        throw new Error(`${database} was dropped with open connections:\n${clients}`, { cause: error });
      }
    });

  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return { url: url.href, drop };
}

export type TestDatabase = Awaited<ReturnType<typeof createTestDatabase>>;

const objectInUse = '55006';
const openConnections = `SELECT application_name || ': ' || query AS client FROM pg_stat_activity WHERE datname = $1`;

async function withClient(url: string, work: (client: Client) => Promise<unknown>) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
