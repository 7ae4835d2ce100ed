import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const sampleMs = 10;

/** Looks again and again who waits for a lock in a database, and since when, as the server tells it. */
export async function watchLocks(databaseUrl: string) {
  const client = new Client({ connectionString: databaseUrl, application_name: 'lock watch' });
  await client.connect();
  const longest = new Map<string, number>();
  let watching = true;

  async function watch() {
    while (watching) {
      const { rows } = await client.query<{ name: string; seconds: number }>(waitsSql);
      for (const { name, seconds } of rows) longest.set(name, Math.max(seconds, longest.get(name) ?? 0));
      await sleep(sampleMs);
    }
  }
  const watched = watch();

  return {
    async stop() {
      watching = false;
      await watched;
      await client.end();
    },

    /** The longest wait so far of the connections with this application name, in seconds; 0 for none. */
    longest: (applicationName: string) => longest.get(applicationName) ?? 0,
  };
}

// Instances that migrate wait for one another at the advisory lock, and nobody behind them.
const waitsSql = `
  SELECT application_name AS name, max(extract(epoch FROM clock_timestamp() - waitstart))::float8 AS seconds
    FROM pg_locks JOIN pg_stat_activity USING (pid)
   WHERE NOT granted AND locktype <> 'advisory' AND waitstart IS NOT NULL AND datname = current_database()
   GROUP BY application_name`;
