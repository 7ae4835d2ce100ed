import { appendFile, chown, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { findPostgresBinaries } from '../../../ct-common-lib/src/postgres/embedded-binaries.ts';
import { createCluster } from '../../../ct-common-lib/src/postgres/embedded-cluster.ts';
import { createProgramRunner } from '../../../ct-common-lib/src/postgres/embedded-user.ts';
import { findFreePort } from './free-port.ts';
import type { Server } from './server.ts';
import { createServerFolder } from './server-folder.ts';

export interface PostgresServer extends Server {
  url(database: string): string;
  /** One statement on a connection of its own: 5 s to connect, 30 s to answer. */
  query<Row extends object>(database: string, sql: string, values?: unknown[]): Promise<Row[]>;
  /** A connection of the caller's own, ended with `work` whatever state it is in. */
  session<T>(database: string, work: (client: Client) => Promise<T>): Promise<T>;
}

/** How the rig's own sessions call themselves, so that faults spare them. */
export const rigApplicationName = 'fault-rig';

/** The embedded PostgreSQL, as the library starts it, but without the watch that would start a killed one again. */
export async function createPostgresServer({ folder }: { folder: string }): Promise<PostgresServer> {
  const { home, data, ...processes } = await createServerFolder(folder, 'postgres');
  const binaries = await findPostgresBinaries();
  const cluster = join(data, 'cluster');
  const run = await createProgramRunner({ dataDir: data, cluster, initdb: binaries.initdb });
  // `durable: false` would leave a commit in memory that dies with the server.
  const server = createCluster({ dataDir: data, cluster, durable: true, binaries, run });
  const password = await server.initialise();
  await configure({ log: join(home, 'log'), cluster });
  const port = await findFreePort();
  const url = (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;

  async function session<T>(database: string, work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({
      connectionString: url(database),
      application_name: rigApplicationName,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 30_000,
      query_timeout: 35_000,
    });
    // What breaks the connection is told by the query that fails.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } finally {
      // A server that is paused answers no farewell.
      await Promise.race([client.end().catch(() => undefined), delay(1_000)]);
      client.connection.stream.destroy();
    }
  }

  return {
    port,
    url,
    session,
    query: <Row extends object>(database: string, sql: string, values: unknown[] = []) =>
      session(database, async (client) => (await client.query<Row>(sql, values)).rows),
    async start() {
      await server.start(port);
    },
    stop: () => server.stop(),
    kill: () => processes.kill(),
    pause: () => processes.pause(),
    resume: () => processes.resume(),
  };
}

/** As root, the log folder goes to the user who owns the cluster. */
async function configure({ log, cluster }: { log: string; cluster: string }) {
  await mkdir(log, { recursive: true });
  const { uid, gid } = await stat(cluster);
  await chown(log, uid, gid);
  const settings = `
    # Processes are killed here, not the machine: what was written to a file is safe without being synchronised.
    fsync = off
    full_page_writes = off
    # So that deadlocks are found and retried while it still matters.
    deadlock_timeout = '100ms'
    logging_collector = on
    log_directory = '${log}'
    log_filename = 'postgres.log'
    log_line_prefix = '%m [%p] %q%a %d '
  `;
  await appendFile(join(cluster, 'postgresql.conf'), settings);
}
