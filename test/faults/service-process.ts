import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from 'ct-common-lib/testing';
import { root } from '../support/program.ts';
import type { ServiceName } from '../support/service.ts';
import { failpointsModule, type Failpoint } from './failpoint.ts';
import { createLogFile } from './log-file.ts';
import { findFreePort } from './servers/free-port.ts';
import { createServerFolder } from './servers/server-folder.ts';

export interface ServiceProcessOptions {
  /** Of this process, e.g. `api-1`. */
  name: string;
  service: ServiceName;
  /** Where its log goes. */
  folder: string;
  /** Its environment beside what every process of the rig has. */
  variables: Record<string, string>;
}

/** What it was told to die of; anything else is its own doing. */
type Plan = 'kill' | 'stop' | 'failpoint' | undefined;

const startTimeoutMs = 60_000;
const stopTimeoutMs = 40_000;

/** A service as production runs it, from `dist`, that can be started again and again on one port. */
export async function createServiceProcess({ name, service, folder, variables }: ServiceProcessOptions) {
  const port = await findFreePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const log = createLogFile(join(folder, `${name}.log`));
  const processes = await createServerFolder(folder, name);
  const unplannedExits: string[] = [];
  let child: ChildProcess | undefined;
  let exited: Promise<number | null> = Promise.resolve(null);
  let plan: Plan;

  function run() {
    const { PATH, HOME, TMPDIR } = process.env;
    plan = undefined;
    const running = spawn(
      process.execPath,
      [`--import=${failpointsModule}`, join(root, service, 'dist/main.js')],
      {
        env: {
          ...{ PATH, HOME, TMPDIR, NODE_ENV: 'production', LOG_LEVEL: 'info', HOST: '127.0.0.1' },
          [service === 'api-service' ? 'PORT' : 'RATING_PORT']: String(port),
          ...variables,
        },
        // There the rig finds it, to end it, if it dies itself.
        cwd: processes.data,
        // A service stops when its channel closes.
        stdio: ['ignore', log.descriptor, log.descriptor, 'ipc'],
        // A group of its own: Ctrl-C is the rig's to handle.
        detached: true,
      },
    );
    // A message that did not reach it any more shows in its exit.
    running.on('error', () => undefined);
    child = running;
    exited = new Promise((resolve) => {
      running.once('exit', (code, signal) => {
        child = undefined;
        judge(code, signal);
        resolve(code);
      });
    });
  }

  function judge(code: number | null, signal: NodeJS.Signals | null) {
    if (plan === 'stop' ? code === 0 : plan && signal === 'SIGKILL') return;
    const end = signal ? `by ${signal}` : `with exit code ${code}`;
    const wish = plan === 'stop' ? ' when told to stop' : '';
    unplannedExits.push(`${name} ended ${end}${wish}; its last words:\n${log.end(5)}`);
  }

  const signal = (signal: NodeJS.Signals) => child?.kill(signal);

  async function kill() {
    plan = 'kill';
    signal('SIGKILL');
    await exited;
  }

  const get = (path: string) => fetch(baseUrl + path, { signal: AbortSignal.timeout(2_000) });

  return {
    name,
    service,
    port,
    baseUrl,
    unplannedExits,

    /** Returns once it answers at all; it may still wait for its database. Throws if it ends instead. */
    async start(): Promise<void> {
      if (child) throw new Error(`${name} is running already`);
      run();
      const answersOrEnds = async () => !child || (await get('/health/live')).ok;
      const limits = { timeoutMs: startTimeoutMs, intervalMs: 50 };
      await waitFor(`${name} to answer, see ${log.path}`, answersOrEnds, limits);
      if (!child) throw new Error(`${name} ended before it answered:\n${log.end(5)}`);
    },

    /** By SIGTERM, also if it is paused; by SIGKILL after 40 s, which is no planned exit. Gives the exit code. */
    async stop(): Promise<number | null> {
      if (!child) return null;
      plan = 'stop';
      signal('SIGCONT');
      signal('SIGTERM');
      const patience = setTimeout(signal, stopTimeoutMs, 'SIGKILL');
      return exited.finally(() => clearTimeout(patience));
    },

    /** By SIGKILL. Returns when it is gone. */
    kill,

    pause: () => void signal('SIGSTOP'),
    resume: () => void signal('SIGCONT'),

    /** It will kill itself when it gets there. Has no effect if it is not running. */
    arm(failpoint: Failpoint): void {
      if (!child) return;
      plan = 'failpoint';
      child.send({ failpoint });
    },

    /** Calls it off; it may have happened. */
    disarm: () => void child?.send({ failpoint: null }),

    isRunning: () => child !== undefined,

    /** 0 if it is not running. */
    rssBytes(): number {
      if (!child?.pid) return 0;
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
      } catch {
        return 0;
      }
    },

    /** By name with labels. Undefined if it does not answer within 2 s. */
    async metrics(): Promise<Map<string, number> | undefined> {
      try {
        return parseMetrics(await (await get('/metrics')).text());
      } catch {
        return undefined;
      }
    },

    /** Lines of all its incarnations' output so far that contain `text`. */
    countInLog: (text: string): number => log.count(text),
  };
}

export type ServiceProcess = Awaited<ReturnType<typeof createServiceProcess>>;

/** Prometheus' text format, of which labels may contain blanks. */
function parseMetrics(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const blank = line.lastIndexOf(' ');
      return [line.slice(0, blank), Number(line.slice(blank + 1))];
    }),
  );
}
