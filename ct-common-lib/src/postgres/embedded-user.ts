import { spawn } from 'node:child_process';
import { chown, readFile, stat } from 'node:fs/promises';
import { parse } from 'node:path';
import { AppError } from '../errors.ts';

/** How PostgreSQL's programs are started: a command to put before them, and the user to run them as. */
interface Launch {
  prefix: string[];
  uid?: number;
  gid?: number;
}

interface Files {
  dataDir: string;
  cluster: string;
  initdb: string;
}

/** Runs one of PostgreSQL's programs and gives its output. Throws {@link AppError} `EMBEDDED_POSTGRES_FAILED`. */
export type RunProgram = (program: string, args: string[]) => Promise<string>;

/**
 * PostgreSQL refuses to run as root. As root, this gives `dataDir` to the user who owns the cluster in it, else
 * to `postgres`, else to `nobody`, and runs PostgreSQL as that user. Throws {@link AppError}
 * `EMBEDDED_POSTGRES_UNREACHABLE` if that user cannot get at the files.
 */
export async function createProgramRunner({ dataDir, cluster, initdb }: Files): Promise<RunProgram> {
  if (process.getuid?.() !== 0) return (program, args) => launch({ prefix: [] }, program, args);
  const { uid, gid } = (await findOwner(cluster)) ?? (await findUser());
  await chown(dataDir, uid, gid);

  // A clone in a folder that only root may enter: the server then gets the one right to pass through folders.
  const right = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  // PostgreSQL's programs look for one another with access(2), which leaves such rights out without this bit.
  const securebits = '--securebits=+no_setuid_fixup';
  const setpriv = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...right, securebits];
  for (const way of [{ prefix: [], uid, gid }, { prefix: setpriv }] satisfies Launch[]) {
    const probe = ['-c', 'cd "$1" && exec "$0" --show "$1"', initdb, dataDir];
    const canReach = await launch(way, '/bin/sh', probe).then(
      () => true,
      () => false,
    );
    if (canReach) return (program, args) => launch(way, program, args);
  }
  throw new AppError('EMBEDDED_POSTGRES_UNREACHABLE', {
    detail:
      `PostgreSQL does not run as root, and user id ${uid} has no access to ${initdb} or to ${dataDir}: ` +
      'move the project to a folder that other users may enter, or set DATABASE_URL.',
  });
}

async function findOwner(cluster: string) {
  const owner = await stat(cluster).catch(() => undefined);
  return owner && owner.uid !== 0 ? owner : undefined;
}

async function findUser() {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user) {
    throw new AppError('EMBEDDED_POSTGRES_UNREACHABLE', {
      detail:
        'PostgreSQL does not run as root, and there is no user postgres or nobody: run as another user, or set DATABASE_URL.',
    });
  }
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

function launch({ prefix, ...user }: Launch, program: string, args: string[]): Promise<string> {
  const [command = program, ...rest] = [...prefix, program, ...args];
  const child = spawn(command, rest, {
    ...user,
    // The folder of the caller may be closed to the user.
    cwd: parse(program).root,
    // Messages in English, and no locale that this system may not have.
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Out of reach of Ctrl-C: the services still need the database to stop.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  let output = '';
  const collect = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => {
      const detail = `PostgreSQL's ${parse(program).name} ${why}: ${output.trim()}`;
      reject(new AppError('EMBEDDED_POSTGRES_FAILED', { detail, facts: { program, args }, cause }));
    };
    child.once('error', (error) => fail(`could not be started (${error.message})`, error));
    child.once('close', (code, signal) =>
      code === 0 ? resolve(output) : fail(`failed with ${signal ?? `code ${code}`}`),
    );
  });
}
