import { TransientError } from './errors.ts';

export interface LimiterOptions {
  running: number;
  waiting: number;
}

/** Runs at most `running` works at once and lets `waiting` wait their turn; throws `TransientError('OVERLOADED')` beyond. */
export function createLimiter({ running: maxRunning, waiting: maxWaiting }: LimiterOptions) {
  const queue: (() => void)[] = [];
  let running = 0;

  return async function limited<T>(work: () => Promise<T>): Promise<T> {
    if (running < maxRunning) running++;
    else if (queue.length < maxWaiting) await new Promise<void>((resolve) => queue.push(resolve));
    else
      throw new TransientError('OVERLOADED', {
        detail: 'Too much is waiting already. Nothing was done: try again shortly.',
      });
    try {
      return await work();
    } finally {
      const next = queue.shift();
      // The place is handed over, so that nobody overtakes those who wait.
      if (next) next();
      else running--;
    }
  };
}

export type Limiter = ReturnType<typeof createLimiter>;
