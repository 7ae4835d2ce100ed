import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Waits until this process has the lock. One whose owner is dead is taken over. Returns the function that gives it back. */
export async function takeLock(lockFile, { onWait }) {
  const me = identity(process.pid);
  const mine = `${lockFile}.${process.pid}`;
  writeFileSync(mine, me);
  try {
    for (let owner = tryLink(mine, lockFile); owner !== me; owner = tryLink(mine, lockFile)) {
      if (isAlive(owner)) {
        onWait?.(Number.parseInt(owner, 10));
        onWait = undefined;
      } else if (owner !== '') {
        renameSync(mine, lockFile);
      }
      // Several may take over a dead one's lock at once: the last has it, and the next look shows who.
      await delay(250);
      writeFileSync(mine, me);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => rmSync(lockFile, { force: true });
}

/** Creates the lock file, content and all in one step, unless there is one. Gives the owner; '' if it just went. */
function tryLink(mine, lockFile) {
  try {
    linkSync(mine, lockFile);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  try {
    return readFileSync(lockFile, 'utf8');
  } catch {
    return '';
  }
}

/** A process id and, where the system tells, its start time: an id alone may have gone to another process. */
function identity(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Z: killed, and its parent has not looked yet.
    return state === 'Z' ? 'dead' : `${pid} ${fields[18]}`;
  } catch {
    return `${pid}`;
  }
}

function isAlive(owner) {
  const pid = Number.parseInt(owner, 10);
  if (!(pid > 0) || identity(pid) !== owner) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
