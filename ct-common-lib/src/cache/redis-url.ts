import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { z } from 'zod';
import { urlPerHost } from '../url-hosts.ts';

/** Where a Redis is, as its URL tells. */
export type RedisAddress =
  | { kind: 'server'; url: string }
  | { kind: 'sentinel'; options: RedisOptions & { sentinels: Host[]; name: string } }
  | { kind: 'cluster'; nodes: Host[]; options: RedisOptions };

export interface Host {
  host: string;
  port: number;
}

const expected =
  'must be redis://host:6379, redis+sentinel://host:26379,host:26379/name or redis+cluster://host:6379,host:6379, ' +
  'or one of these with rediss for TLS';

const defaultPorts = { sentinel: 26_379, cluster: 6_379 };

/**
 * Reads `redis://…`, `redis+sentinel://user:password@host:26379,host:26379/name` (`?sentinelPassword=…` is that of the
 * sentinels) or `redis+cluster://user:password@host:6379,host:6379`; with `rediss` by TLS. Throws TypeError that says what is wrong.
 */
export function parseRedisUrl(url: string): RedisAddress {
  const [, scheme, kind] = /^(rediss?)(?:\+(sentinel|cluster))?:\/\//.exec(url) ?? [];
  const perHost = urlPerHost(url);
  const isWhole = perHost.every((each) => URL.canParse(each));
  if (!scheme || !isWhole || (!kind && perHost.length > 1)) throw new TypeError(expected);
  if (!kind) return { kind: 'server', url };

  const urls = perHost.map((each) => new URL(each));
  const side = kind as keyof typeof defaultPorts;
  if (urls.some(({ hostname }) => hostname === '')) throw new TypeError(`${expected}: a host is missing`);
  const [{ username, password, pathname, searchParams }] = urls as [URL];
  const nodes = urls.map(({ hostname, port }) => ({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? defaultPorts[side] : Number(port),
  }));
  const path = decodeURIComponent(pathname.slice(1));
  const secure = scheme === 'rediss';
  const credentials = {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(secure && { tls: {} }),
  };
  if (side === 'cluster') {
    if (path !== '') throw new TypeError('must not name a database: a Redis Cluster has one only');
    return { kind: side, nodes, options: credentials };
  }
  if (path === '')
    throw new TypeError(`${expected}: the name that the sentinels know the primary by is missing`);
  const sentinelPassword = searchParams.get('sentinelPassword');
  return {
    kind: side,
    options: {
      ...credentials,
      sentinels: nodes,
      name: path,
      ...(sentinelPassword && { sentinelPassword }),
      ...(secure && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
    },
  };
}

/** A setting that is the URL of a Redis, of any of the three kinds. */
export const redisUrlSetting = z.string().superRefine((value, context) => {
  try {
    parseRedisUrl(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

/** Of a connection on which a command fails at once where it cannot be done: whoever waits can do without. */
export const failFastOptions = {
  connectTimeout: 1_000,
  maxLoadingRetryTime: 1_000,
  // A command fails now instead of being done later, or twice.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // A connection that is dead without a word would otherwise stay until TCP gives up, after minutes.
  socketTimeout: 1_000,
  // After a failover the old primary may still answer, but it takes no writes. Redis 6 tells of a script's error in its middle.
  reconnectOnError: (error: Error) => error.message.includes('READONLY'),
} satisfies RedisOptions;

/** Its `connectTimeout` holds for the sentinels, too, and its `retryStrategy` for all that is tried again. */
export type RedisClientOptions = RedisOptions & { retryStrategy: (times: number) => number };

/**
 * A client that finds the server, or the primary, or the nodes, by itself. It must be told to connect. Unless the options say
 * otherwise its commands fail at once while there is no connection, and connecting takes a second at the most.
 */
export function createRedisClient(url: string, given: RedisClientOptions): Redis | Cluster {
  const options = { ...failFastOptions, ...given };
  const address = parseRedisUrl(url);
  if (address.kind === 'server') return new Redis(address.url, { ...options, lazyConnect: true });
  if (address.kind === 'sentinel') {
    return new Redis({
      ...options,
      ...address.options,
      lazyConnect: true,
      sentinelRetryStrategy: options.retryStrategy,
      sentinelCommandTimeout: options.connectTimeout,
    });
  }
  const { retryStrategy, enableOfflineQueue, ...ofNodes } = options;
  return new Cluster(address.nodes, {
    lazyConnect: true,
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    slotsRefreshTimeout: options.connectTimeout,
    slotsRefreshInterval: 5_000,
    redisOptions: { ...ofNodes, ...address.options },
  });
}
