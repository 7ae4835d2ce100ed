import { auth } from '../../api-service/test/support/tokens.ts';
import { createTcpProxy, type TcpProxy } from '../../ct-common-lib/test/support/tcp-proxy.ts';
import { createPostgresServer, type PostgresServer } from './servers/postgres.ts';
import { createRabbitServer, type RabbitServer } from './servers/rabbitmq.ts';
import { createRedisServer, type RedisServer } from './servers/redis.ts';
import { createServiceProcess, type ServiceProcess } from './service-process.ts';

/** A service process, and its own link to each server that it uses. */
export interface RigService extends ServiceProcess {
  links: { postgres: TcpProxy; rabbit: TcpProxy; redis?: TcpProxy };
}

export interface RigOptions {
  /** For the data and the logs of everything. */
  folder: string;
  /** Where what happens is written down. */
  note: (text: string) => void;
}

/** The whole system in pieces that can be broken one by one: own servers, two processes of each service, a proxy on each link. */
export async function createRig({ folder, note }: RigOptions) {
  const postgres = await createPostgresServer({ folder });
  const redis = await createRedisServer({ folder });
  const rabbit = await createRabbitServer({ folder });
  const proxies: TcpProxy[] = [];
  const services: RigService[] = [];

  /** The same URL, but by way of a proxy that nobody else uses. */
  async function link(url: string): Promise<{ proxy: TcpProxy; url: string }> {
    const target = new URL(url);
    const proxy = createTcpProxy({ port: Number(target.port) });
    proxies.push(proxy);
    target.port = String(await proxy.open());
    return { proxy, url: target.href };
  }

  async function createApi(name: string): Promise<RigService> {
    const database = await link(postgres.url('ct_api'));
    const cache = await link(redis.url);
    const broker = await link(rabbit.url);
    const variables = {
      DATABASE_URL: database.url,
      REDIS_URL: cache.url,
      RABBITMQ_URL: broker.url,
      AUTH_KEYS_FILE: auth.keysFile,
      RATE_LIMIT_WRITES: 'off',
    };
    const process = await createServiceProcess({ name, service: 'api-service', folder, variables });
    return { ...process, links: { postgres: database.proxy, redis: cache.proxy, rabbit: broker.proxy } };
  }

  async function createRating(name: string): Promise<RigService> {
    const database = await link(postgres.url('ct_rating'));
    const broker = await link(rabbit.url);
    const variables = { RATING_DATABASE_URL: database.url, RABBITMQ_URL: broker.url };
    const process = await createServiceProcess({ name, service: 'rating-service', folder, variables });
    return { ...process, links: { postgres: database.proxy, rabbit: broker.proxy } };
  }

  async function start() {
    await Promise.all([postgres.start(), redis.start(), rabbit.start()]);
    for (const database of ['ct_api', 'ct_rating'])
      await postgres.query('postgres', `CREATE DATABASE ${database}`);
    services.push(await createApi('api-1'), await createApi('api-2'));
    services.push(await createRating('rating-1'), await createRating('rating-2'));
    await Promise.all(services.map((service) => service.start()));
  }

  /** Ends everything, whatever state it is in. */
  async function stop() {
    await Promise.allSettled(services.map((service) => service.stop()));
    await Promise.allSettled(proxies.map((proxy) => proxy.close()));
    await Promise.allSettled([redis.stop(), rabbit.stop(), postgres.stop()]);
  }

  return {
    postgres,
    redis,
    rabbit,
    services,
    get apis() {
      return services.filter(({ service }) => service === 'api-service');
    },
    get ratings() {
      return services.filter(({ service }) => service === 'rating-service');
    },
    note,
    start,
    stop,
  };
}

export type Rig = Awaited<ReturnType<typeof createRig>>;
export type { PostgresServer, RabbitServer, RedisServer };
