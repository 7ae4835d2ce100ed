import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';

// An owner that was told to stop a moment ago is on its way out, and worth waiting for.
const patienceMs = 5_000;

/**
 * Makes the caller the only one that uses `dataDir`, and gives the function that ends it. The lock of a process
 * that died is taken over. Throws {@link AppError} `DATA_DIR_IN_USE`.
 */
export async function lockDataDir(dataDir: string, lockFile: string): Promise<() => Promise<void>> {
  const token = randomUUID();
  const mine = `${lockFile}.${token}`;
  const content = `${await identity(process.pid)} ${token}`;
  const deadline = Date.now() + patienceMs;
  try {
    for (;;) {
      await writeFile(mine, content);
      const owner = await claim(mine, lockFile);
      const [pid = '', startTime = '', ownerToken = ''] = owner.split(' ');
      if (ownerToken === token) return () => rm(lockFile, { force: true });

      if (pid && (await identity(Number(pid))) !== `${pid} ${startTime}`) {
        // Several may take over at once: the last one has it, and the next look shows who that was.
        await rename(mine, lockFile);
      } else if (Number(pid) === process.pid || Date.now() >= deadline) {
        throw new AppError('DATA_DIR_IN_USE', {
          detail: `The data in ${dataDir} is in use by process ${pid}: stop it, or set DATA_DIR to another folder.`,
        });
      }
      await delay(100);
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** Creates the lock with its content in one step, unless there is one. Gives its content; '' if it just went. */
async function claim(mine: string, lockFile: string): Promise<string> {
  await link(mine, lockFile).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return await readFile(lockFile, 'utf8').catch(() => '');
}

/** A process id with its start time where the system tells it, as an id may have gone to another process. */
async function identity(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Z: killed, and its parent has not looked yet.
  return isRunning(pid) && state !== 'Z' ? `${pid} ${fields[18] ?? 'unknown'}` : `${pid} dead`;
}

/** Tells whether a process with this id exists, whoever owns it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
