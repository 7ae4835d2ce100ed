import { backoffMs } from '../bus/waiting.ts';

const maxPauseMs = 1_000;

/** The pauses of one connection. Counted here, as ioredis counts from 0 again before the server is identified. */
export function createRedisBackoff() {
  let failures = 0;
  return {
    nextMs: () => backoffMs(failures++, maxPauseMs),
    isFirst: () => failures === 0,
    reset() {
      failures = 0;
    },
  };
}

export type RedisBackoff = ReturnType<typeof createRedisBackoff>;
