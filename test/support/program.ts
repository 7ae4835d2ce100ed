import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { finished } from 'node:stream/promises';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ProgramOptions {
  /** Default: the root of the repository. */
  cwd?: string;
  /** The environment beside PATH, HOME and TMPDIR. */
  variables?: Record<string, string>;
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
  { cwd = root, variables = {} }: ProgramOptions = {},
) {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(command, args, {
    cwd,
    env: { PATH, HOME, TMPDIR, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (said.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (said.stderr += String(chunk)));
  const exited = exitCodeOf(child);

  const program = {
    pid: child.pid!,
    said,
    /** The exit code, null after a signal; by then everything is said by this process and by its children. */
    ended: exited.then(async (code) => {
      running.delete(program);
      await Promise.all([finished(child.stdout), finished(child.stderr)]);
      return code;
    }),
    isRunning: () => running.has(program),
    signal: (signal: NodeJS.Signals) => process.kill(child.pid!, signal),
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

/** The processes that work in this folder or below it. Known on Linux alone; elsewhere there seem to be none. */
export function processesIn(folder: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && workingFolder(pid).startsWith(folder));
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** Linux alone knows it. */
export const parentOf = (pid: number) =>
  Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);

/** Linux alone knows it. */
export const userOf = (pid: number) =>
  Number(/^Uid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
