import { setTimeout as delay } from 'node:timers/promises';

/** The pause after so many failures in a row: 50 ms after none, twice as long after each up to `maxMs`, less up to a quarter at random. */
export function backoffMs(failures: number, maxMs: number): number {
  const fullMs = Math.min(maxMs, 50 * 2 ** failures);
  return fullMs * (1 - Math.random() / 4);
}

/** Waits, and no longer than until `signal` is aborted. Never throws. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/** Calls `act` when `signal` is aborted, also if it is already. */
export function onAbort(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}

/** What `work` gives, or else what `late` throws once `ms` are over. */
export async function within<T>(ms: number, work: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  try {
    return await Promise.race([work, limit.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}
