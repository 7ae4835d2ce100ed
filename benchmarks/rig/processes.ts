import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ProgramOptions {
  /** For its log. */
  folder: string;
  name: string;
  /** Node's own options, the file, its arguments. */
  args: string[];
  /** The environment beside PATH, HOME, TMPDIR and NODE_ENV=production. */
  variables?: Record<string, string>;
  /** Default: the one that runs this. */
  node?: string;
}

const stopTimeoutMs = 40_000;
const running = new Set<Program>();

/** However this process ends, nothing that it started stays. */
process.once('exit', () => {
  for (const program of running) program.signal('SIGKILL');
});

/** Runs a program of Node.js as production would, in a process of its own, whose log goes to a file. */
export function startProgram({
  folder,
  name,
  args,
  variables = {},
  node = process.execPath,
}: ProgramOptions) {
  const { PATH, HOME, TMPDIR } = process.env;
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  const child: ChildProcess = spawn(node, args, {
    env: { PATH, HOME, TMPDIR, NODE_ENV: 'production', ...variables },
    stdio: ['ignore', log, log, 'ipc'],
    // Ctrl-C is for whoever measures to handle.
    detached: true,
  });
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(`ended ${signal ? `by ${signal}` : `with exit code ${code}`}`),
    );
  });
  const program = {
    name,
    logFile,
    exited,
    process: child,
    isRunning: () => running.has(program),
    signal: (signal: NodeJS.Signals) => child.kill(signal),

    /** By SIGTERM, after 40 s by SIGKILL. May be called twice. */
    async stop(): Promise<void> {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await exited;
      clearTimeout(patience);
    },

    /** Resident memory now, its high-water mark, and the processor's time so far. Linux only. */
    usage(): Usage {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const bytesOf = (field: string) =>
        Number(new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
      // The name in parentheses may contain blanks; user and system time are the 12th and 13th field after it.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      const ticksPerSecond = 100;
      const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
      return { rssBytes: bytesOf('VmRSS'), peakRssBytes: bytesOf('VmHWM'), cpuSeconds };
    },
  };
  running.add(program);
  void exited.then(() => running.delete(program));
  return program;
}

export type Program = ReturnType<typeof startProgram>;

export interface Usage {
  rssBytes: number;
  peakRssBytes: number;
  cpuSeconds: number;
}

/** Throws what it wrote last unless it is still running. */
export function assertRunning({ name, logFile, isRunning }: Program): void {
  if (isRunning()) return;
  throw new Error(`${name} has ended:\n${readFileSync(logFile, 'utf8').split('\n').slice(-6).join('\n')}`);
}
