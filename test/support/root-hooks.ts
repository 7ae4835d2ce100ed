import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../ct-common-lib/src/postgres/embedded.ts';

let dataDir: string;
let postgres: EmbeddedPostgres;

/** One PostgreSQL for the whole run; each test makes databases of its own on it with `createTestDatabase`. */
export async function mochaGlobalSetup() {
  dataDir = await mkdtemp(join(tmpdir(), 'ct-reviews-test-'));
  removeIfKilled();
  postgres = await startEmbeddedPostgres({ dataDir, databases: [], durable: false });
  process.env.TEST_POSTGRES_URL = postgres.url('postgres');
}

export async function mochaGlobalTeardown() {
  const leftBehind = await findLeftBehind();
  // Said before the server stops, as that may throw in whoever is still connected.
  if (leftBehind.length > 0) console.error(`The tests left behind:\n  ${leftBehind.join('\n  ')}`);
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
  exitThoughTestsLeftSomethingRunning();
  if (leftBehind.length > 0) throw new Error('The tests left databases or connections behind');
}

async function findLeftBehind(): Promise<string[]> {
  const client = new Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(`
    SELECT 'database ' || datname AS name FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'
    UNION ALL
    SELECT 'connection of ' || application_name || ' to ' || datname || ', last query: ' || query
    FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`);
  await client.end();
  return rows.map(({ name }) => name);
}

/** However this process ends, a shell sees its standard input close, and removes what a kill left behind. */
function removeIfKilled() {
  if (process.platform === 'win32') return;
  const script = `
    read _
    [ -f "$0/cluster/postmaster.pid" ] && read pid < "$0/cluster/postmaster.pid" && kill -INT "$pid"
    while [ -d "$0" ]; do kill -0 "$pid" || rm -rf "$0"; sleep 0.2; done`;
  const stdio = ['pipe', 'ignore', 'ignore'] as const;
  const shell = spawn('/bin/sh', ['-c', script, dataDir], { stdio: [...stdio], detached: true });
  shell.unref();
  // A pipe to a child is a socket, but is not typed as one.
  (shell.stdin as Socket | null)?.unref();
}

function exitThoughTestsLeftSomethingRunning() {
  setTimeout(() => {
    console.error('The tests left something running:', process.getActiveResourcesInfo().join(', '));
    process.exit(1);
  }, 5000).unref();
}
