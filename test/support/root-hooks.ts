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
  const leftBehind = await findTestDatabases();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
  exitThoughTestsLeftSomethingRunning();
  if (leftBehind.length > 0) throw new Error(`The tests left databases behind: ${leftBehind.join(', ')}`);
}

async function findTestDatabases(): Promise<string[]> {
  const client = new Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  const sql = `SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'`;
  const { rows } = await client.query<{ datname: string }>(sql);
  await client.end();
  return rows.map(({ datname }) => datname);
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
