import { randomBytes } from 'node:crypto';
import { access, chown, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { isRunning } from './data-dir-lock.ts';
import type { RunProgram } from './embedded-user.ts';

export interface ClusterDeps {
  dataDir: string;
  cluster: string;
  durable: boolean;
  binaries: { initdb: string; pgCtl: string };
  run: RunProgram;
  log?: Logger | undefined;
}

const startAttempts = 5;

/** One PostgreSQL data folder: made on first use, started and stopped with PostgreSQL's own programs. */
export function createCluster({ dataDir, cluster, durable, binaries, run, log }: ClusterDeps) {
  const logFile = join(dataDir, 'postgres.log');
  const passwordFile = join(dataDir, 'password');
  const pidFile = join(cluster, 'postmaster.pid');

  /** Makes the cluster if there is none. Gives the password of its superuser `postgres`. */
  async function initialise(): Promise<string> {
    // Made under another name and then renamed: an interrupted initdb is never taken for a cluster.
    for (const name of await readdir(dataDir)) {
      if (name.startsWith('initdb-')) await rm(join(dataDir, name), { recursive: true, force: true });
    }
    if (await exists(cluster)) return await readFile(passwordFile, 'utf8');
    const password = randomBytes(24).toString('base64url');
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (process.getuid?.() === 0) {
      const { uid, gid } = await stat(dataDir);
      await chown(passwordFile, uid, gid);
    }
    const unfinished = join(dataDir, `initdb-${randomBytes(6).toString('hex')}`);
    await run(binaries.initdb, [
      `--pgdata=${unfinished}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order and the same letters on every system.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(durable ? [] : ['--no-sync']),
    ]);
    await rename(unfinished, cluster);
    return password;
  }

  /** On a free port, or on the one that is wanted. */
  async function start(wantedPort?: number): Promise<{ pid: number; port: number }> {
    await stopOrphan();
    for (let attempt = 1; ; attempt++) {
      const port = wantedPort ?? (await findFreePort());
      try {
        await rm(logFile, { force: true });
        const files = [`--pgdata=${cluster}`, `--log=${logFile}`];
        await run(binaries.pgCtl, ['start', '--wait', '--silent', ...files, '-o', settings(port)]);
        return { pid: Number((await readFile(pidFile, 'utf8')).split('\n')[0]), port };
      } catch (cause) {
        const reason = await readFile(logFile, 'utf8').catch(() => '');
        await stop();
        // Another program took the port, or processes of a killed server are still leaving.
        const mayPass = /could not bind|still in use|already exists/.test(reason);
        if (!mayPass || attempt === startAttempts) {
          const detail = `${(cause as Error).message}\n${reason}`.trim();
          throw new AppError('EMBEDDED_POSTGRES_FAILED', { detail, cause });
        }
        await delay(500);
      }
    }
  }

  function settings(port: number): string {
    const values = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: 200,
      timezone: 'UTC',
      ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    };
    return Object.entries(values)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' ');
  }

  /** A server of a process that was killed still holds the data: stop it, and what it had committed stays. */
  async function stopOrphan() {
    const pid = await readPid();
    if (pid === undefined) return;
    if (await isPostmaster(pid)) {
      log?.warn({ pid }, 'stopping the PostgreSQL of a process that was killed');
      await stop();
    } else if (isRunning(pid)) {
      // The id has gone to another program, and PostgreSQL would take that for itself.
      await rm(pidFile, { force: true });
    }
  }

  async function stop() {
    for (const mode of ['fast', 'immediate']) {
      const pid = await readPid();
      if (pid === undefined || !(await isPostmaster(pid))) return;
      const args = ['stop', '--wait', '--silent', `--pgdata=${cluster}`, `--mode=${mode}`, '--timeout=10'];
      await run(binaries.pgCtl, args).catch((error: unknown) =>
        log?.warn({ err: error, mode }, 'PostgreSQL did not stop'),
      );
    }
  }

  /** The server's working folder is its data folder, so the folder's inode tells, whatever the paths are called. */
  async function isPostmaster(pid: number): Promise<boolean> {
    if (!isRunning(pid)) return false;
    // On Windows pg_ctl reaches a server through a pipe of that server's own, and so never another program.
    if (process.platform === 'win32') return true;
    if (process.platform !== 'linux') {
      return /postgres/.test(await run('ps', ['-o', 'command=', '-p', `${pid}`]).catch(() => ''));
    }
    const folder = await stat(cluster);
    const itsFolder = await stat(`/proc/${pid}/cwd`).catch(() => undefined);
    return itsFolder?.ino === folder.ino && itsFolder.dev === folder.dev;
  }

  async function readPid(): Promise<number | undefined> {
    const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
    return pid > 0 ? pid : undefined;
  }

  return { initialise, start, stop };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
