import { connect } from 'amqplib';
import { Client } from 'pg';
import { queueNames } from 'ct-common-lib/bus';
import type { LoadReport } from '../../test/support/load.ts';
import type { Program } from '../rig/processes.ts';
import type { System } from '../rig/system.ts';

const tables = ['outbox', 'cache_invalidation'];
const bytesPerMiB = 2 ** 20;

/**
 * Looks at the services, their tables and their queues. The name of each figure ends with its unit; those that belong
 * together differ in what stands before a colon.
 */
export async function createSampler(system: System, services: Record<string, Program>) {
  const client = new Client({ connectionString: system.databaseUrl });
  await client.connect();
  const connection = await connect(system.rabbitUrl);
  const channel = await connection.createChannel();

  return {
    async sample(report: LoadReport): Promise<Record<string, number>> {
      const { p50, p99 } = report.all;
      return {
        'requests/s': report.goodput,
        errors: errorsIn(report),
        'p50: latency, ms': p50,
        'p99: latency, ms': p99,
        ...memoryOf(services),
        ...(await rowsOf(client)),
        ...Object.fromEntries(
          await Promise.all(
            queueNames.map(async (queue) => {
              const { messageCount } = await channel.checkQueue(system.prefix + queue);
              return [`${queue}: messages`, messageCount] as const;
            }),
          ),
        ),
      };
    },

    async stop(): Promise<void> {
      await client.end();
      await connection.close();
    },
  };
}

/** Answers other than what was asked for, and requests without one. */
function errorsIn({ answers, timedOut, broken }: LoadReport): number {
  const bad = Object.entries(answers).filter(([status]) => !status.startsWith('2'));
  return bad.reduce((sum, [, { count }]) => sum + count, timedOut + broken);
}

const memoryOf = (services: Record<string, Program>) =>
  Object.fromEntries(
    Object.entries(services).map(([name, program]) => [
      `${name}: memory, MiB`,
      program.usage().rssBytes / bytesPerMiB,
    ]),
  );

async function rowsOf(client: Client): Promise<Record<string, number>> {
  const { rows } = await client.query<{ table: string; live: number; dead: number; bytes: number }>(
    `SELECT relname AS table, n_live_tup::int AS live, n_dead_tup::int AS dead, pg_relation_size(relid)::int AS bytes
       FROM pg_stat_user_tables WHERE relname = ANY($1)`,
    [tables],
  );
  return Object.fromEntries(
    rows.flatMap(({ table, live, dead, bytes }) => [
      [`${table}: live rows`, live],
      [`${table}: dead rows`, dead],
      [`${table}: size, MiB`, bytes / bytesPerMiB],
    ]),
  );
}
