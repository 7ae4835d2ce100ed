import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 300_000;
/** To look is work for who is asked: a service looks up the depth of its tables each time. */
const intervalMs = 250;

/**
 * How much a count grows in a second, from the first time that it is above zero until it is `total`. Throws if it takes longer than five minutes.
 */
export async function growthPerSecond(count: () => Promise<number>, total: number): Promise<number> {
  const deadline = performance.now() + patienceMs;
  let first: { count: number; at: number } | undefined;
  for (;;) {
    const now = { count: await count(), at: performance.now() };
    if (now.count > 0) first ??= now;
    if (now.count >= total) {
      if (!first || first.count >= total) throw new Error(`${total} were there at once: too few to measure`);
      return ((now.count - first.count) / (now.at - first.at)) * 1000;
    }
    if (now.at > deadline) throw new Error(`after five minutes only ${now.count} of ${total} are done`);
    await sleep(intervalMs);
  }
}
