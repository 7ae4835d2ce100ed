import type { Result } from 'ioredis';
import { within, type Logger } from 'ct-common-lib';
import { createRedisClient } from 'ct-common-lib/cache';
import type { BucketStore } from './bucket.ts';

export interface RedisBucketsOptions {
  /** Of any kind that `createRedisStore` takes. */
  url: string;
  /** Before every key. */
  prefix: string;
  log: Logger;
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    takeToken(key: string, tokenMicros: number, fullMicros: number): Result<number, Context>;
  }
}

/**
 * A script of ours, as the libraries either count in fixed windows, which let twice as many through around their edges, or go by the
 * clocks of the instances. These may differ, so the server's counts. A key is gone when its bucket is full.
 */
const takeToken = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local token, full = tonumber(ARGV[1]), tonumber(ARGV[2])
local lack = math.max((redis.call('GET', KEYS[1]) or now) - now, 0)
-- The clock was set back: nobody shall wait until it is that late again.
if lack > full then lack = 0 end
if lack + token <= full then
  local after = lack + token
  redis.call('SET', KEYS[1], string.format('%.0f', now + after), 'PX', math.ceil(after / 1000))
end
return lack`;

const connectTimeoutMs = 1000;
const answerTimeoutMs = 100;
/** So long is a Redis that failed left alone. */
const restMs = 1000;

/** Buckets that all instances share. Who takes waits 100 ms at the most, and not at all while Redis is known to be away. */
export function createRedisBuckets({ url, prefix, log }: RedisBucketsOptions) {
  let isAway = false;
  let restsUntilMs = 0;

  const client = createRedisClient(url, { retryStrategy: () => restMs });
  client.defineCommand('takeToken', { numberOfKeys: 1, lua: takeToken });
  client.on('error', noteFailure);

  function noteFailure(error: unknown) {
    // Once an outage: a line for each request would fill the log.
    if (!isAway) log.warn({ err: error }, 'Redis is away: each instance limits its callers by itself');
    isAway = true;
  }

  return {
    async take(key, { tokenMicros, fullMicros }) {
      if (performance.now() < restsUntilMs) return undefined;
      try {
        const answer = client.takeToken(prefix + key, tokenMicros, fullMicros);
        const lackMicros = await within(answerTimeoutMs, answer);
        if (isAway) log.info('all instances limit callers together again');
        isAway = false;
        return lackMicros;
      } catch (error) {
        restsUntilMs = performance.now() + restMs;
        noteFailure(error);
        return undefined;
      }
    },

    async start() {
      await within(connectTimeoutMs, client.connect()).catch(() => undefined);
    },

    stop() {
      client.disconnect();
    },
  } satisfies BucketStore & { start(): Promise<void>; stop(): void };
}
