import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, openSync, closeSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import { waitFor } from 'ct-common-lib/testing';
import { findFreePort } from './free-port.ts';
import type { Server } from './server.ts';
import { createServerFolder } from './server-folder.ts';

export interface RabbitServerOptions {
  folder: string;
  /** What the node is called, without the host. Default: `fault-rig`. */
  name?: string;
  /** Lines for rabbitmq.conf. Default: none. */
  settings?: string;
  /** What nodes of one cluster share. Default: nothing is shared with anybody. */
  shared?: { names: NameServer; cookie: string };
}

export interface RabbitServer extends Server {
  url: string;
  /** The environment in which its programs find this node. */
  env: NodeJS.ProcessEnv;
  /** `rabbitmqctl` of this node: gives its output, throws what it complains of. 30 s at the most. */
  ctl(...args: string[]): Promise<string>;
}

/** The share of memory at which RabbitMQ blocks publishers. */
export const memoryWatermark = '0.4';

/** Where Erlang nodes find one another (epmd): one of the caller's own. */
export async function createNameServer({ folder }: { folder: string }) {
  const home = join(folder, 'epmd');
  await mkdir(home, { recursive: true });
  const program = find('epmd');
  const port = String(await findFreePort());
  let child: ChildProcess | undefined;

  return {
    port,
    start() {
      if (hasEnded(child))
        child = launch(program, ['-address', '127.0.0.1', '-port', port], {
          cwd: home,
          output: join(home, 'log'),
        });
    },
    stop() {
      child?.kill();
      child = undefined;
    },
  };
}

export type NameServer = Awaited<ReturnType<typeof createNameServer>>;

/**
 * A RabbitMQ node that shares nothing with one that may run here: its name, ports, data, cookie and name server
 * are its own, or its cluster's. `stop` ends its own name server too.
 */
export async function createRabbitServer({
  folder,
  name = 'fault-rig',
  settings = '',
  shared,
}: RabbitServerOptions): Promise<RabbitServer> {
  const { home, data, ...processes } = await createServerFolder(folder, shared ? name : 'rabbitmq');
  const programs = { server: find('rabbitmq-server'), ctl: find('rabbitmqctl') };
  const node = `${name}@localhost`;
  const names = shared?.names ?? (await createNameServer({ folder: home }));
  if (shared) await writeFile(join(home, '.erlang.cookie'), shared.cookie, { mode: 0o400 });
  const port = await findFreePort();
  const url = `amqp://guest:guest@127.0.0.1:${port}`;
  const env = await createEnvironment({ node, home, data, port, namesPort: names.port, settings });
  const output = join(home, 'output.log');
  let broker: ChildProcess | undefined;

  /** Throws if the broker ends instead. */
  async function accepting(): Promise<void> {
    const answers = async () => {
      if (hasEnded(broker)) return 'ended';
      const connection = await connect(url, { timeout: 2_000 });
      await connection.close();
      return 'answers';
    };
    const state = await waitFor(`RabbitMQ to answer, see ${home}`, answers, {
      timeoutMs: 60_000,
      intervalMs: 50,
    });
    if (state === 'ended')
      throw new Error(`RabbitMQ does not start: ${(await readFile(output, 'utf8')).slice(-2_000)}`);
  }

  return {
    port,
    url,
    env,

    async ctl(...args) {
      const options = { env, cwd: home, timeout: 30_000 };
      try {
        const { stdout } = await promisify(execFile)(
          programs.ctl,
          ['--quiet', '--node', node, ...args],
          options,
        );
        return stdout;
      } catch (cause) {
        // Its usage, which it may add, is long.
        const reason = (cause as { stderr: string }).stderr.trim().slice(0, 500);
        throw new Error(`rabbitmqctl ${args.join(' ')} failed: ${reason}`, { cause });
      }
    },

    async start() {
      names.start();
      broker = launch(programs.server, [], { cwd: data, output, env });
      await accepting();
    },

    async stop() {
      if (!processes.isEmpty()) {
        // Its start script hears this and shuts the broker down in order.
        broker?.kill('SIGTERM');
        const isGone = waitFor('RabbitMQ to end', () => processes.isEmpty(), { timeoutMs: 30_000 });
        await isGone.catch(() => processes.kill());
      }
      if (!shared) names.stop();
    },

    kill: () => processes.kill(),
    pause: () => processes.pause(),
    resume: () => processes.resume(),
  };
}

/** In a session of its own, as Ctrl-C is the rig's to handle. */
function launch(
  program: string,
  args: string[],
  { cwd, output, env }: { cwd: string; output: string; env?: NodeJS.ProcessEnv },
): ChildProcess {
  const log = openSync(output, 'a');
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  child.unref();
  return child;
}

const hasEnded = (child: ChildProcess | undefined) =>
  !child || child.exitCode !== null || child.signalCode !== null;

/** Debian puts programs on the path that insist on a user of their own; the real ones lie apart. */
function find(program: string): string {
  const folders = ['/usr/lib/rabbitmq/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (found) return found;
  throw new Error(`There is no ${program}: install RabbitMQ, on Debian with apt-get install rabbitmq-server`);
}

interface Place {
  node: string;
  home: string;
  data: string;
  port: number;
  namesPort: string;
  settings: string;
}

/** Names a file or folder for everything that RabbitMQ would otherwise look for in the system's folders. */
async function createEnvironment({
  node,
  home,
  data,
  port,
  namesPort,
  settings,
}: Place): Promise<NodeJS.ProcessEnv> {
  const files = {
    RABBITMQ_CONFIG_FILE: [
      'rabbitmq.conf',
      `vm_memory_high_watermark.relative = ${memoryWatermark}\n${settings}`,
    ],
    RABBITMQ_ADVANCED_CONFIG_FILE: ['advanced.config', '[].\n'],
    RABBITMQ_CONF_ENV_FILE: ['rabbitmq-env.conf', ''],
    RABBITMQ_ENABLED_PLUGINS_FILE: ['enabled_plugins', '[].\n'],
  };
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    // Where the cookie is.
    HOME: home,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: namesPort,
    ERL_FLAGS: '-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_NODENAME: node,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(await findFreePort()),
    RABBITMQ_MNESIA_BASE: join(data, 'mnesia'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_PID_FILE: join(data, 'pid'),
  };
  for (const [variable, [name, content]] of Object.entries(files)) {
    env[variable] = join(home, name!);
    await writeFile(env[variable], content!);
  }
  return env;
}
