import type { Logger } from './logger.ts';
import { within } from './within.ts';

type Step = () => void | Promise<void>;

interface Part {
  name: string;
  start?: Step | undefined;
  stop?: Step | undefined;
}

export interface LifecycleOptions {
  log: Logger;
  /** How long one part may take to stop before the next is stopped all the same. Default 15,000. */
  stopTimeoutMs?: number;
}

/**
 * Starts parts in the order in which they were added and stops them in reverse. A part that fails to start
 * stops those before it. `stop` may be called at any time and any number of times; each part stops once. A part
 * whose start is still running is stopped all the same, and at once, as that start may be waiting for something.
 */
export function createLifecycle({ log, stopTimeoutMs = 15_000 }: LifecycleOptions) {
  const parts: Part[] = [];
  const started: Part[] = [];
  let stopping: Promise<void> | undefined;

  async function stopAll() {
    for (let part = started.pop(); part; part = started.pop()) {
      try {
        await within(stopTimeoutMs, Promise.resolve(part.stop?.()));
        log.debug({ part: part.name }, 'stopped');
      } catch (error) {
        log.error({ part: part.name, err: error }, 'did not stop cleanly');
      }
    }
  }

  return {
    /** Adds a part. Throws if the lifecycle is already stopping. */
    add(name: string, start?: Step, stop?: Step) {
      if (stopping) throw new Error(`Cannot add ${name}: the lifecycle is stopping`);
      parts.push({ name, start, stop });
    },

    async start() {
      for (const part of parts.splice(0)) {
        if (stopping) return;
        // Registered first, so that a part which failed half-way is stopped too.
        started.push(part);
        try {
          await part.start?.();
          log.debug({ part: part.name }, 'started');
        } catch (error) {
          await this.stop();
          throw error;
        }
      }
    },

    stop(): Promise<void> {
      stopping ??= stopAll();
      return stopping;
    },
  };
}

export type Lifecycle = ReturnType<typeof createLifecycle>;
