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

export interface RabbitServer extends Server {
  url: string;
  /** `rabbitmqctl` of this node: gives its output, throws what it complains of. 30 s at the most. */
  ctl(...args: string[]): Promise<string>;
}

/** The share of memory at which RabbitMQ blocks publishers. */
export const memoryWatermark = '0.4';

const node = 'fault-rig@localhost';

/**
 * A RabbitMQ node that shares nothing with one that may run here: its name, ports, data, cookie and name server (epmd)
 * are its own. `stop` ends the name server too.
 */
export async function createRabbitServer({ folder }: { folder: string }): Promise<RabbitServer> {
  const { home, data, ...processes } = await createServerFolder(folder, 'rabbitmq');
  const programs = { server: find('rabbitmq-server'), ctl: find('rabbitmqctl'), epmd: find('epmd') };
  const names = join(home, 'epmd');
  await mkdir(names, { recursive: true });
  const port = await findFreePort();
  const namesPort = String(await findFreePort());
  const url = `amqp://guest:guest@127.0.0.1:${port}`;
  const env = await createEnvironment({ home, data, port, namesPort });
  const output = join(home, 'output.log');
  let nameServer: ChildProcess | undefined;
  let broker: ChildProcess | undefined;

  /** In a session of its own, as Ctrl-C is the rig's to handle. */
  function launch(program: string, args: string[], cwd: string): ChildProcess {
    const log = openSync(output, 'a');
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    child.unref();
    return child;
  }

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
      if (hasEnded(nameServer))
        nameServer = launch(programs.epmd, ['-address', '127.0.0.1', '-port', namesPort], names);
      broker = launch(programs.server, [], data);
      await accepting();
    },

    async stop() {
      if (!processes.isEmpty()) {
        // Its start script hears this and shuts the broker down in order.
        broker?.kill('SIGTERM');
        const isGone = waitFor('RabbitMQ to end', () => processes.isEmpty(), { timeoutMs: 30_000 });
        await isGone.catch(() => processes.kill());
      }
      nameServer?.kill();
      nameServer = undefined;
    },

    kill: () => processes.kill(),
    pause: () => processes.pause(),
    resume: () => processes.resume(),
  };
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
  home: string;
  data: string;
  port: number;
  namesPort: string;
}

/** Names a file or folder for everything that RabbitMQ would otherwise look for in the system's folders. */
async function createEnvironment({ home, data, port, namesPort }: Place): Promise<NodeJS.ProcessEnv> {
  const files = {
    RABBITMQ_CONFIG_FILE: ['rabbitmq.conf', `vm_memory_high_watermark.relative = ${memoryWatermark}\n`],
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
