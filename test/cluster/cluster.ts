import { dirname } from 'node:path';
import { waitFor } from 'ct-common-lib/testing';
import { auth } from '../../api-service/test/support/tokens.ts';
import { startRedisSentinels } from '../../ct-common-lib/test/cache/support/redis-sentinels.ts';
import { createServiceProcess } from '../faults/service-process.ts';
import { startNginx } from '../nginx/support.ts';
import { query } from '../support/deployment.ts';
import { startInstalledPostgres } from '../support/installed-postgres.ts';
import { setLimits, startPgBouncer } from '../support/pgbouncer.ts';
import { startRabbitCluster } from './rabbitmq-cluster.ts';

/** The programs that it is made of, with their packages of Debian. */
export const packages = {
  nginx: 'nginx-light',
  initdb: 'postgresql',
  pgbouncer: 'pgbouncer',
  'redis-server': 'redis-server',
  'rabbitmq-server': 'rabbitmq-server',
};

export interface ClusterOptions {
  programs: Record<keyof typeof packages, string>;
  /** For data and logs. */
  folder: string;
  note: (text: string) => void;
}

/**
 * Everything twice or more, as docs/operations.md has it under Scaling: nginx, two api-services, two rating-services, three RabbitMQ nodes, PostgreSQL
 * with a streaming replica and PgBouncer in front, and a Redis primary with a replica and three sentinels.
 */
export async function startCluster({ programs, folder, note }: ClusterOptions) {
  const stops: (() => Promise<unknown>)[] = [];
  const started = <T extends { stop(): Promise<unknown> }>(part: T): T => {
    stops.unshift(() => part.stop());
    return part;
  };

  /** Ends everything, whatever state it is in. */
  async function stop() {
    for (const each of stops.splice(0))
      await each().catch((error: Error) => note(`not stopped: ${error.message}`));
  }

  try {
    note('PostgreSQL, a replica, PgBouncer');
    const primary = started(await startInstalledPostgres(dirname(programs.initdb)));
    const serverUrl = (name: string) => primary.url.replace(/postgres$/, name);
    for (const name of ['ct_api', 'ct_rating']) {
      await query(primary.url, `CREATE DATABASE ${name}`);
      await setLimits(serverUrl(name));
    }
    const replica = started(await primary.startReplica());
    const bouncer = started(
      await startPgBouncer({ program: programs.pgbouncer, serverUrl: primary.url, poolSize: 20 }),
    );

    note('a Redis primary, a replica, three sentinels');
    const redis = await startRedisSentinels();
    stops.unshift(() => redis.drop());

    note('three RabbitMQ nodes');
    const rabbit = started(await startRabbitCluster({ folder }));

    note('two api-services, two rating-services');
    const replicaUrl = replica.url.replace(/postgres$/, 'ct_api');
    const apis = await Promise.all(
      ['api-1', 'api-2'].map((name) =>
        createServiceProcess({
          name,
          service: 'api-service',
          folder,
          variables: {
            DATABASE_URL: bouncer.urlOf(serverUrl('ct_api')),
            DATABASE_REPLICA_URL: replicaUrl,
            REDIS_URL: redis.url,
            RABBITMQ_URL: rabbit.url,
            AUTH_KEYS_FILE: auth.keysFile,
            RATE_LIMIT_WRITES: 'off',
            TRUST_PROXY: '1',
          },
        }),
      ),
    );
    const ratings = await Promise.all(
      ['rating-1', 'rating-2'].map((name) =>
        createServiceProcess({
          name,
          service: 'rating-service',
          folder,
          variables: { RATING_DATABASE_URL: bouncer.urlOf(serverUrl('ct_rating')), RABBITMQ_URL: rabbit.url },
        }),
      ),
    );
    const services = [...apis, ...ratings];
    for (const service of services) started(service);
    await Promise.all(services.map((service) => service.start()));
    const isReady = async (baseUrl: string) => (await fetch(`${baseUrl}/health/ready`)).status === 200;
    for (const { name, baseUrl } of services)
      await waitFor(`${name} to be ready`, () => isReady(baseUrl), { timeoutMs: 60_000 });

    note('nginx');
    const nginx = started(
      await startNginx(
        programs.nginx,
        apis.map(({ port }) => port),
      ),
    );

    return {
      url: nginx.url,
      postgres: {
        url: serverUrl,
        query: <Row extends object>(database: string, sql: string, values?: unknown[]) =>
          query<Row>(serverUrl(database), sql, values),
      },
      replica,
      redis,
      rabbit,
      apis,
      ratings,
      services,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export type Cluster = Awaited<ReturnType<typeof startCluster>>;
