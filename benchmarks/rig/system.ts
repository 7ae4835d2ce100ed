import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import { Client } from 'pg';
import { exchangeName, parkedQueueOf, queueNames } from 'ct-common-lib/bus';
import { waitFor } from 'ct-common-lib/testing';
import { auth } from '../../api-service/test/support/tokens.ts';
import { findFreePort } from '../../test/faults/servers/free-port.ts';
import { assertRunning, startProgram, type Program } from './processes.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Servers {
  postgresUrl: (database: string) => string;
  redisUrl: string;
  rabbitUrl: string;
}

export interface ServiceOptions {
  /** Beside those that name the backing services. */
  variables?: Record<string, string>;
  /** Default: the Node.js that runs this. */
  node?: string;
  /** Several that take connections of one port in turn. Default 1. */
  processes?: number;
}

type ServiceName = 'api-service' | 'rating-service';

const startTimeoutMs = 60_000;

/** Both services as built for production, on databases, queues and cache entries of their own. */
export async function createSystem(servers: Servers, folder: string) {
  const name = `bench_${randomBytes(4).toString('hex')}`;
  const databases = { api: `${name}_api`, rating: `${name}_rating` };
  const databaseUrl = servers.postgresUrl(databases.api);
  const ratingDatabaseUrl = servers.postgresUrl(databases.rating);
  const prefix = `${name}-`;
  const programs: Program[] = [];
  let removing: Promise<void> | undefined;
  const onServer = (sql: string) => query(servers.postgresUrl('postgres'), sql);

  for (const database of Object.values(databases)) await onServer(`CREATE DATABASE ${database}`);

  async function start(service: ServiceName, { variables = {}, node, processes = 1 }: ServiceOptions = {}) {
    if (removing) throw new Error('this system is being removed');
    const port = await findFreePort();
    const main = join(root, service, 'dist/main.js');
    const program = startProgram({
      folder,
      name: `${service}-${port}`,
      args: processes === 1 ? [main] : [join(root, 'benchmarks/rig/cluster.mjs'), main, String(processes)],
      node,
      variables: {
        HOST: '127.0.0.1',
        [service === 'api-service' ? 'PORT' : 'RATING_PORT']: String(port),
        RABBITMQ_URL: servers.rabbitUrl,
        NAME_PREFIX: prefix,
        ...(service === 'api-service'
          ? {
              DATABASE_URL: databaseUrl,
              REDIS_URL: servers.redisUrl,
              AUTH_KEYS_FILE: auth.keysFile,
              RATE_LIMIT_WRITES: 'off',
            }
          : { RATING_DATABASE_URL: ratingDatabaseUrl }),
        ...variables,
      },
    });
    const running = serviceProcess(program, port);
    programs.push(program);
    // Only the log tells it of each process: which of them answers is chance.
    const areReady = async () =>
      (await running.isReady()) &&
      (await readFile(program.logFile, 'utf8')).split(`${service} is ready`).length > processes;
    await waitFor(`${service} to be ready, see ${program.logFile}`, areReady, {
      timeoutMs: startTimeoutMs,
      intervalMs: 5,
    });
    return running;
  }

  async function remove(): Promise<void> {
    await Promise.all(programs.map((program) => program.stop()));
    await deleteQueues(servers.rabbitUrl, prefix);
    for (const database of Object.values(databases)) await onServer(`DROP DATABASE ${database} WITH (FORCE)`);
  }

  return {
    databaseUrl,
    ratingDatabaseUrl,
    redisUrl: servers.redisUrl,
    rabbitUrl: servers.rabbitUrl,
    /** Before the names of its exchange and queues. */
    prefix,

    /** Returns once it is ready. */
    startApi: (options?: ServiceOptions) => start('api-service', options),
    /** Returns once it is ready. */
    startRating: (options?: ServiceOptions) => start('rating-service', options),

    /** `npm run import`, as the images run it. */
    startImport(file: string): Program {
      const program = startProgram({
        folder,
        name: `${name}-import`,
        args: [join(root, 'api-service/dist/import/main.js'), file],
        variables: { DATABASE_URL: databaseUrl },
      });
      programs.push(program);
      return program;
    },

    /**
     * Ends the services and removes everything that they have stored outside of Redis, where entries expire. May be called
     * twice.
     */
    remove: () => (removing ??= remove()),
  };
}

export type System = Awaited<ReturnType<typeof createSystem>>;

function serviceProcess(program: Program, port: number) {
  const baseUrl = `http://127.0.0.1:${port}`;
  return {
    ...program,
    port,
    baseUrl,

    /** Throws if it has ended. */
    isReady: async (): Promise<boolean> => {
      assertRunning(program);
      const { ok } = await fetch(`${baseUrl}/health/ready`, { signal: AbortSignal.timeout(2_000) });
      return ok;
    },

    /** The sum of a metric over its label sets that contain `labels`; 0 if there is none. */
    async metric(name: string, labels = ''): Promise<number> {
      const answer = await fetch(`${baseUrl}/metrics`, { signal: AbortSignal.timeout(10_000) });
      const lines = (await answer.text()).split('\n');
      const wanted = lines.filter((line) => /^\w+/.exec(line)?.[0] === name && line.includes(labels));
      return wanted.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
  };
}

export type ServiceProcess = ReturnType<typeof serviceProcess>;

/** One statement, or several without values, on a connection of its own with these settings of PostgreSQL. */
export async function query<Row extends object>(
  url: string,
  sql: string,
  values?: unknown[],
  settings: Record<string, string> = {},
): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const [name, value] of Object.entries(settings)) await client.query(`SET ${name} = ${value}`);
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

async function deleteQueues(url: string, prefix: string) {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    for (const queue of queueNames) {
      await channel.deleteQueue(prefix + queue);
      await channel.deleteQueue(parkedQueueOf(prefix + queue));
    }
    await channel.deleteExchange(prefix + exchangeName);
  } finally {
    await connection.close();
  }
}
