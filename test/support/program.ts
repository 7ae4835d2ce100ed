import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ProgramOptions {
  /** Default: the root of the repository. */
  cwd?: string;
  /** The environment beside PATH, HOME and TMPDIR. */
  variables?: Record<string, string>;
  /** Whether it has an IPC channel, for `ask`. A service stops when its channel closes. Default: none. */
  ipc?: boolean;
}

const running = new Set<Program>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    for (const program of running) program.signal('SIGTERM');
    // Without this listener now, so that it has the effect that it would have had.
    process.kill(process.pid, signal);
  });
}

/** Runs a program, in a process group of its own as a terminal would, and collects what it says. */
export function runProgram(
  command: string,
  args: string[],
  { cwd = root, variables = {}, ipc = false }: ProgramOptions = {},
) {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(command, args, {
    cwd,
    env: { PATH, HOME, TMPDIR, ...variables },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
    detached: true,
  });
  const said = { stdout: '', stderr: '' };
  const { stdout, stderr } = child as ChildProcessByStdio<null, Readable, Readable>;
  stdout.on('data', (chunk) => (said.stdout += String(chunk)));
  stderr.on('data', (chunk) => (said.stderr += String(chunk)));
  const exited = exitCodeOf(child);

  const program = {
    pid: child.pid!,
    said,
    /** The exit code, null after a signal; by then everything is said by this process and by its children. */
    ended: exited.then(async (code) => {
      running.delete(program);
      await Promise.all([finished(stdout), finished(stderr)]);
      return code;
    }),
    isRunning: () => running.has(program),
    signal: (signal: NodeJS.Signals) => process.kill(child.pid!, signal),
    /** Sends a message over its IPC channel, and gives the answer. */
    async ask(message: object): Promise<unknown> {
      const answered = once(child, 'message', { signal: AbortSignal.timeout(60_000) });
      child.send(message);
      return ((await answered) as [unknown])[0];
    },
    /** As Ctrl-C in a terminal: the whole group gets it. */
    interrupt: () => process.kill(-child.pid!, 'SIGINT'),
  };
  running.add(program);
  return program;
}

export type Program = ReturnType<typeof runProgram>;

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** Ends whatever still runs, and gives the exit codes. */
export async function endPrograms(): Promise<(number | null)[]> {
  return Promise.all(
    [...running].map(async (program) => {
      program.signal('SIGTERM');
      const patience = setTimeout(() => process.kill(-program.pid, 'SIGKILL'), 20_000);
      try {
        return await program.ended;
      } finally {
        clearTimeout(patience);
      }
    }),
  );
}
