import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { waitFor } from 'ct-common-lib/testing';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const running = new Set<ChildProcess>();

/** Ends what a failed test left running. */
export function killServices() {
  for (const child of running) child.kill('SIGKILL');
}

/** Runs the service in a process of its own, with these variables alone, and collects what it says. */
export function runService(variables: Record<string, string>) {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, ['--conditions=ct-source', '--import=tsx', main], {
    env: { PATH, HOME, TMPDIR, HOST: '127.0.0.1', RATING_PORT: '0', ...variables },
    // As its launcher would start it: with a channel that closes when the launcher dies.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout!.on('data', (chunk) => (said.stdout += String(chunk)));
  child.stderr!.on('data', (chunk) => (said.stderr += String(chunk)));
  running.add(child);
  const exited = once(child, 'exit').finally(() => running.delete(child));
  // Not the event `close`, which never comes once this side has disconnected.
  const closed = Promise.all([exited, finished(child.stdout!), finished(child.stderr!)]);

  return {
    said,
    /** The exit code, once it has exited and all is said; null if a signal ended it. */
    closed: closed.then(([[code]]) => code as number | null),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    disconnect: () => child.disconnect(),
    /** Waits until it is ready and gives the port of health and metrics. */
    async port(): Promise<number> {
      const line = await waitFor('the service is ready', () => {
        if (child.exitCode !== null) throw new Error(`It exited: ${said.stderr}`);
        return said.stdout.split('\n').find((line) => line.includes('rating-service is ready'));
      });
      return (JSON.parse(line) as { port: number }).port;
    },
  };
}
