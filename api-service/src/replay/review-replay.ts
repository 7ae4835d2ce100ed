import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'ct-common-lib';
import type { ReplayStep, ReviewReplayRepository } from './review-replay.repository.ts';

export interface ReviewReplayDeps {
  replays: ReviewReplayRepository;
  /** Called when events were appended to the outbox. */
  wakeRelay: () => void;
  log: Logger;
}

/** How long a replay may lie that another instance has left: it polls, as the outbox relays do. */
const pollIntervalMs = 1_000;
const pauseMs: Record<ReplayStep, number> = {
  none: pollIntervalMs,
  full: 100,
  more: 0,
  done: pollIntervalMs,
};

/**
 * Tells all reviews again, through the outbox, when the broker has lost a queue: the versions make duplicates of them,
 * except for what was lost; and as rating-service answers duplicates too, lost ratings come again along with them.
 * Any number of instances may run one; what one leaves, at whatever point, another goes on with.
 */
export function createReviewReplay({ replays, wakeRelay, log }: ReviewReplayDeps) {
  let running: Promise<void> | undefined;
  let stopping = false;
  let pausing = new AbortController();

  async function run() {
    while (!stopping) {
      pausing = new AbortController();
      const step = await tryStep();
      if (step === 'done') log.info('all reviews were told again');
      if (step === 'done' || step === 'more') wakeRelay();
      if (!stopping) await delay(pauseMs[step], undefined, pausing).catch(() => undefined);
    }
  }

  async function tryStep(): Promise<ReplayStep> {
    try {
      return await replays.step();
    } catch (error) {
      log.warn({ err: error }, 'reviews cannot be told again now, will try again');
      return 'none';
    }
  }

  return {
    /** Resolves once it is sure that all reviews will be told again, whatever crashes from then on. */
    async ask(): Promise<void> {
      await replays.ask();
      log.warn('all reviews will be told again');
      pausing.abort();
    },

    start(): void {
      running ??= run();
    },

    /** Lets the running step finish; what is left is for another instance, or the next start. */
    async stop(): Promise<void> {
      stopping = true;
      pausing.abort();
      await running;
    },
  };
}

export type ReviewReplay = ReturnType<typeof createReviewReplay>;
