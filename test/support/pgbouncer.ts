import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from 'ct-common-lib/testing';
import { findFreePort } from '../faults/servers/free-port.ts';
import { query } from './deployment.ts';

export interface PgBouncerOptions {
  /** Where the program is. */
  program: string;
  /** A database of the server behind it. */
  serverUrl: string;
  /** Connections to each database at the most. */
  poolSize: number;
}

/** A PgBouncer in transaction mode, with the settings that docs/operations.md has. */
export async function startPgBouncer({ program, serverUrl, poolSize }: PgBouncerOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'ct-pgbouncer-'));
  const port = await findFreePort();
  const { hostname, port: serverPort, username, password } = new URL(serverUrl);
  const server = `host=${hostname} port=${serverPort} user=${username}${password && ` password=${password}`}`;
  const settings = join(folder, 'pgbouncer.ini');
  await writeFile(settings, settingsOf({ server, port, poolSize }));
  // As root it changes to a user who has to read it.
  await chmod(folder, 0o755);
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(program, [...asNobody, settings], { cwd: folder, stdio: 'ignore' });

  function urlOf(databaseUrl: string) {
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${port}`;
    return url.href;
  }
  await waitFor('pgbouncer to answer', () => query(urlOf(serverUrl), 'SELECT 1'));

  return {
    /** The same database, by way of it. */
    urlOf,

    /** Connections to the server are closed at once. */
    async stop() {
      const isGone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await isGone;
      }
      await rm(folder, { recursive: true });
    },
  };
}

export type PgBouncer = Awaited<ReturnType<typeof startPgBouncer>>;

const settingsOf = ({ server, port, poolSize }: { server: string; port: number; poolSize: number }) => `
[databases]
* = ${server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 1000
server_idle_timeout = 1
ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout
`;

/** What nobody can say on the way through, as docs/operations.md has it. */
export async function setLimits(databaseUrl: string) {
  const name = new URL(databaseUrl).pathname.slice(1);
  await query(databaseUrl, `ALTER DATABASE ${name} SET statement_timeout = '10s'`);
  await query(databaseUrl, `ALTER DATABASE ${name} SET idle_in_transaction_session_timeout = '60s'`);
}
