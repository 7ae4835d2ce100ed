import { Redis, type RedisOptions } from 'ioredis';
import { createRedisBackoff } from './redis-backoff.ts';
import type { Host } from './redis-url.ts';

/**
 * Tells of a failover as soon as any of the sentinels does: the primary before it may go on for seconds. Not by ioredis's
 * `failoverDetector`: it ends the client for good when a failover comes while it connects.
 */
export function watchSentinels(
  { sentinels, name, sentinelPassword, sentinelTLS }: RedisOptions & { sentinels: Host[]; name: string },
  onFailover: () => void,
) {
  const clients = sentinels.map(({ host, port }) => {
    const client = new Redis({
      host,
      port,
      lazyConnect: true,
      connectTimeout: 1_000,
      enableReadyCheck: false,
      // Until it has subscribed.
      maxRetriesPerRequest: null,
      retryStrategy: createRedisBackoff().nextMs,
      ...(sentinelPassword && { password: sentinelPassword }),
      ...(sentinelTLS && { tls: sentinelTLS }),
    });
    // The others tell, and the link finds no primary without any.
    client.on('error', () => undefined);
    client.on('message', (_channel, message) => {
      if (message.startsWith(`${name} `)) onFailover();
    });
    return client;
  });

  return {
    start() {
      // It subscribes anew whenever it has reconnected.
      for (const client of clients) client.subscribe('+switch-master').catch(() => undefined);
    },

    stop() {
      for (const client of clients) client.disconnect();
    },
  };
}
