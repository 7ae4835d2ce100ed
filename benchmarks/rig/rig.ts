import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { startEmbeddedPostgres } from 'ct-common-lib/postgres';
import { createRabbitServer } from '../../test/faults/servers/rabbitmq.ts';
import { createRedisServer } from '../../test/faults/servers/redis.ts';
import { putLoad, type Load } from './load.ts';
import { startProgram } from './processes.ts';
import { createSystem, root, type Servers } from './system.ts';

/**
 * Starts PostgreSQL, Redis and RabbitMQ, unless DATABASE_URL (of a superuser; the database named in it is not touched),
 * REDIS_URL or RABBITMQ_URL name one. RabbitMQ and Redis must be installed then.
 */
export async function createRig() {
  const folder = await mkdtemp(join(tmpdir(), 'ct-reviews-bench-'));
  const stops: (() => Promise<unknown>)[] = [];
  let stopping: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const stopOne of stops.toReversed()) await stopOne().catch((error) => failures.push(error));
    await rm(folder, { recursive: true, force: true });
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped');
  }
  const stop = () => (stopping ??= stopAll());
  function assertNotStopping(): void {
    if (stopping) throw new Error('the rig is being stopped');
  }

  async function startServers(): Promise<Servers> {
    const { DATABASE_URL, REDIS_URL, RABBITMQ_URL } = process.env;
    return {
      postgresUrl: DATABASE_URL
        ? (database) => Object.assign(new URL(DATABASE_URL), { pathname: `/${database}` }).href
        : await startPostgres(),
      redisUrl: REDIS_URL ?? (await startServer(createRedisServer)),
      rabbitUrl: RABBITMQ_URL ?? (await startServer(createRabbitServer)),
    };
  }

  async function startPostgres() {
    const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), databases: [] });
    stops.push(() => postgres.stop());
    return postgres.url;
  }

  async function startServer(
    create: (options: {
      folder: string;
    }) => Promise<{ url: string; start: () => Promise<void>; stop: () => Promise<void> }>,
  ) {
    const server = await create({ folder });
    stops.push(() => server.stop());
    await server.start();
    return server.url;
  }

  let servers: Servers;
  try {
    await mkdir(join(folder, 'logs'));
    servers = await startServers();
  } catch (error) {
    await stop();
    throw error;
  }
  const logs = join(folder, 'logs');
  let programs = 0;

  return {
    ...servers,
    /** For what a question writes down; removed in the end. */
    folder,

    /** Both services, not started yet, on databases and queues of their own. To be removed by whoever asked for it. */
    async createSystem() {
      assertNotStopping();
      const system = await createSystem(servers, logs);
      stops.push(() => system.remove());
      return system;
    },

    /**
     * Starts a file of references/, and gives the port that it sends once it is ready. `variables` is its environment.
     */
    async startReference(file: string, { variables = {}, node, processes = 1 }: ReferenceOptions = {}) {
      assertNotStopping();
      const path = join(root, 'benchmarks/references', file);
      const program = startProgram({
        folder: logs,
        name: `${file}-${++programs}`,
        args: [
          '--conditions=ct-source',
          '--import=tsx',
          ...(processes === 1 ? [path] : [join(root, 'benchmarks/rig/cluster.mjs'), path, String(processes)]),
        ],
        variables,
        node,
      });
      stops.push(() => program.stop());
      const failed = program.exited.then((how) => {
        throw new Error(`${file} ${how}, see ${program.logFile}`);
      });
      const said = (await Promise.race([once(program.process, 'message'), failed])) as [{ port: number }];
      failed.catch(() => undefined);
      return { ...program, port: said[0].port };
    },

    /** Whether whoever works with it should stop too: what fails now fails for that. */
    isStopping: () => stopping !== undefined,

    putLoad: (load: Load) => putLoad(load, folder),

    /** Ends all that was started, also what a question left behind, and removes the folder. May be called twice. */
    stop,
  };
}

export type Rig = Awaited<ReturnType<typeof createRig>>;

interface ReferenceOptions {
  variables?: Record<string, string>;
  /** Default: the Node.js that runs this. */
  node?: string;
  /** Several that take connections of one port in turn. Default 1. */
  processes?: number;
}
