import { randomBytes } from 'node:crypto';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { exchangeName, parkedQueueOf, queues } from 'ct-common-lib/bus';
import { createTestDatabase } from 'ct-common-lib/testing';
import { endPrograms } from './program.ts';
import { runService, startService, type ServiceOptions } from './service.ts';

/** URLs of a real Redis and a real RabbitMQ. */
export interface BackingServices {
  redisUrl: string;
  rabbitUrl: string;
  /** Default: the PostgreSQL of the test run. */
  postgresUrl?: string;
}

/** A place for services that run as processes: databases, keys, exchange and queues that nobody else has. */
export async function createDeployment({ redisUrl, rabbitUrl, postgresUrl }: BackingServices) {
  const prefix = randomPrefix();
  const api = await createTestDatabase({ name: 'api', serverUrl: postgresUrl });
  const rating = await createTestDatabase({ name: 'rating', serverUrl: postgresUrl });
  const shared = { NAME_PREFIX: prefix, RABBITMQ_URL: rabbitUrl };
  const apiVariables = { ...shared, PORT: '0', REDIS_URL: redisUrl, DATABASE_URL: api.url };
  const ratingVariables = { ...shared, RATING_PORT: '0', RATING_DATABASE_URL: rating.url };

  return {
    prefix,
    databaseUrl: api.url,
    ratingDatabaseUrl: rating.url,

    startApi: (variables: Record<string, string> = {}, options?: ServiceOptions) =>
      startService('api-service', { ...apiVariables, ...variables }, options),

    startRating: (variables: Record<string, string> = {}, options?: ServiceOptions) =>
      startService('rating-service', { ...ratingVariables, ...variables }, options),

    /** Does not wait until it is ready. */
    runRating: (options?: ServiceOptions) => runService('rating-service', ratingVariables, options),

    countMessages: () => countMessages(rabbitUrl, prefix),

    /** Ends all services that still run, and removes what they have made. */
    async remove() {
      await endPrograms();
      await removeQueues(rabbitUrl, prefix);
      await removeKeys(redisUrl, prefix);
      await api.drop();
      await rating.drop();
    },
  };
}

export type Deployment = Awaited<ReturnType<typeof createDeployment>>;

/** For NAME_PREFIX. */
export const randomPrefix = () => `test-${randomBytes(6).toString('hex')}.`;

/** Runs one statement. */
export async function query<Row extends object>(
  connectionString: string,
  sql: string,
  values: unknown[] = [],
) {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** What waits in each queue and parking queue; not what a consumer holds unacknowledged. */
async function countMessages(url: string, prefix: string): Promise<Record<string, number>> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    const names = Object.keys(queues).flatMap((queue) => [queue, parkedQueueOf(queue)]);
    const counts = await Promise.all(
      names.map(async (name) => [name, (await channel.checkQueue(prefix + name)).messageCount] as const),
    );
    return Object.fromEntries(counts);
  } finally {
    await connection.close();
  }
}

async function removeQueues(url: string, prefix: string) {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  for (const queue of Object.keys(queues)) {
    await channel.deleteQueue(prefix + queue);
    await channel.deleteQueue(prefix + parkedQueueOf(queue));
  }
  await channel.deleteExchange(prefix + exchangeName);
  await connection.close();
}

export async function removeKeys(url: string, prefix: string) {
  const redis = new Redis(url);
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 }) as AsyncIterable<
      string[]
    >)
      if (keys.length > 0) await redis.unlink(...keys);
  } finally {
    redis.disconnect();
  }
}
