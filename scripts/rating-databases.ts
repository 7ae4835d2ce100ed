import { sqlState } from 'ct-common-lib/postgres';
import { Client } from 'pg';
import type { AuditedDatabases } from './rating-audit.ts';
import { withDatabases } from './databases.ts';

interface Urls {
  apiUrl: string | undefined;
  ratingDatabaseUrl: string;
}

/**
 * Calls `work` with a connection to each database, and gives its exit code. A database that does not answer, or
 * a missing setting, is one sentence and exit code 1.
 */
export async function withAuditedDatabases(
  work: (databases: AuditedDatabases & Urls) => Promise<number>,
): Promise<number> {
  try {
    return await withDatabases(async ({ databaseUrl, ratingDatabaseUrl, apiUrl }) => {
      if (!ratingDatabaseUrl) {
        console.error(
          'Set RATING_DATABASE_URL as well: the ratings are compared with the reviews of DATABASE_URL.',
        );
        return 1;
      }
      const api = await connect(databaseUrl);
      try {
        const rating = await connect(ratingDatabaseUrl);
        try {
          return await work({ api, rating, apiUrl, ratingDatabaseUrl });
        } finally {
          await rating.end();
        }
      } finally {
        await api.end();
      }
    });
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    console.error(`It could not be finished: ${message || code}`);
    if (sqlState(error) === '42501') {
      console.error('It changes what the services may not: give the URLs of the owners of the tables.');
    }
    return 1;
  }
}

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: 5_000,
    application_name: 'ratings audit',
  });
  // A connection that breaks fails the next query too, which tells.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
