import { spawn } from 'node:child_process';
import { mkdir, realpath } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { waitFor } from 'ct-common-lib/testing';
import { processesIn } from '../../support/processes.ts';

/**
 * The folder of one server. All processes of the server work in `data`, which is how they are told from others; what
 * stays when the rig has ended, the logs, lies beside it. Linux alone tells where a process works.
 */
export async function createServerFolder(parent: string, name: string) {
  if (process.platform !== 'linux') throw new Error('The fault rig needs Linux: run it in a container');
  const home = join(await realpath(parent), name);
  const data = join(home, 'data');
  await mkdir(data, { recursive: true });
  endWithThisProcess(home);

  const isEmpty = () => processesIn(data).length === 0;
  function signal(name: NodeJS.Signals) {
    for (const pid of processesIn(data)) {
      try {
        process.kill(pid, name);
      } catch (error) {
        // It has ended by itself since.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }

  return {
    home,
    data,
    /** Whether no process of the server is left. */
    isEmpty,

    async kill() {
      const killed = () => {
        signal('SIGKILL');
        return isEmpty();
      };
      await waitFor(`the processes in ${data} to be gone`, killed, { timeoutMs: 10_000 });
    },

    pause() {
      signal('SIGSTOP');
      // One that was not stopped yet may have started another.
      signal('SIGSTOP');
    },

    resume: () => signal('SIGCONT'),
  };
}

/** However this process ends, a shell sees its standard input close, ends what works below `home`, and removes the data. */
export function endWithThisProcess(home: string) {
  const script = `
    read _
    for round in 1 2 3; do
      find /proc -maxdepth 2 -name cwd -lname "$0/*" | cut -d / -f 3 | xargs -r kill -KILL
      sleep 0.1
    done
    rm -rf "$0/data"`;
  const stdio = ['pipe', 'ignore', 'ignore'] as const;
  const shell = spawn('/bin/sh', ['-c', script, home], { cwd: '/', stdio: [...stdio], detached: true });
  shell.unref();
  // A pipe to a child is a socket, but is not typed as one.
  (shell.stdin as Socket | null)?.unref();
}
