import type { ServerResponse } from 'node:http';
import { Counter, type Logger, type Registry } from 'ct-common-lib';
import { HttpError } from 'ct-common-lib/http';
import { contentOf, createBucket, hasToken, type Bucket } from './bucket.ts';
import { createMemoryBuckets } from './memory-buckets.ts';
import { createRedisBuckets } from './redis-buckets.ts';

export type Limit = 'reads' | 'writes' | 'logins';

/** How many a caller may make a minute, and at once after a quiet minute; undefined: any number. */
export type Limits = Record<Limit, number | undefined>;

export interface RateLimitsOptions {
  /** Undefined: each instance counts for itself. */
  redisUrl: string | undefined;
  /** Before every Redis key. */
  prefix: string;
  limits: Limits;
  log: Logger;
  /** Gets `ct_rate_limited_total`. */
  metrics: Registry;
}

/** Limits per caller, in token buckets: in Redis for all instances together, and in this process without it or while it is away. */
export function createRateLimits({ redisUrl, prefix, limits, log, metrics }: RateLimitsOptions) {
  const shared = redisUrl
    ? createRedisBuckets({ url: redisUrl, prefix: `${prefix}ct:limits:`, log })
    : undefined;
  const own = createMemoryBuckets();
  const buckets = new Map(
    Object.entries(limits).flatMap(([limit, perMinute]) =>
      perMinute === undefined ? [] : [[limit, createBucket(perMinute)]],
    ),
  );
  /** The least that an answer has told of. */
  const told = new WeakMap<ServerResponse, number>();

  const refused = new Counter({
    name: 'ct_rate_limited_total',
    help: 'Requests refused, as their callers made too many',
    labelNames: ['limit'],
    registers: [metrics],
  });

  async function takeFrom(bucket: Bucket, limit: Limit, key: string, res: ServerResponse) {
    const name = `${limit}:${key}`;
    const lackMicros = (await shared?.take(name, bucket)) ?? own.take(name, bucket);
    const isGiven = hasToken(bucket, lackMicros);
    const left = contentOf(bucket, isGiven ? lackMicros + bucket.tokenMicros : lackMicros);
    const headers = {
      'RateLimit-Policy': `"${limit}";q=${bucket.tokens};w=60`,
      RateLimit: `"${limit}";r=${left.tokens};t=${left.nextSeconds}`,
    };
    if (left.tokens < (told.get(res) ?? Infinity)) {
      told.set(res, left.tokens);
      for (const [header, value] of Object.entries(headers)) res.setHeader(header, value);
    }
    if (isGiven) return;
    refused.inc({ limit });
    throw new HttpError(
      429,
      'TOO_MANY_REQUESTS',
      `More than ${bucket.tokens} ${limit} a minute: nothing was done. Try again in ${left.nextSeconds} s.`,
      { ...headers, 'Retry-After': String(left.nextSeconds) },
    );
  }

  return {
    isOn: (limit: Limit) => buckets.has(limit),
    /**
     * Takes a token of the caller. Undefined: this limit is off, and there is nothing to wait for. Sets `RateLimit-Policy` and
     * `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10; `t` is when there is one token more), after several
     * limits those of the one that is nearest. Throws 429 `TOO_MANY_REQUESTS`, with `Retry-After` as well.
     */
    take(limit: Limit, key: string, res: ServerResponse): Promise<void> | undefined {
      const bucket = buckets.get(limit);
      return bucket && takeFrom(bucket, limit, key, res);
    },
    start: () => shared?.start(),
    stop: () => shared?.stop(),
  };
}

export type RateLimits = ReturnType<typeof createRateLimits>;
