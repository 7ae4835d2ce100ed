import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../../api-service/test/support/tokens.ts';

/** Long enough for what comes after a new average, such as the deletion of outbox rows. */
export const pauseMs = 20;
/** It is part of what is measured; without it the looks would keep both processors busy. */
const lookIntervalMs = 1;
const patienceMs = 10_000;

/** The times in ms of one review after another, from before it is sent to the answer that has the new average. */
export async function timesToAverage(
  { port }: { port: number },
  productId: string,
  samples: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const ask = async (path: string, write?: { body: object; token: string }) => {
    const headers = write && { 'Content-Type': 'application/json', Authorization: `Bearer ${write.token}` };
    const asked = request({ port, agent, path, ...(headers && { method: 'POST', headers }) });
    asked.end(write && JSON.stringify(write.body));
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const said = await text(answer);
    if (answer.statusCode! >= 400) throw new Error(`${path} was answered with ${said}`);
    return JSON.parse(said) as { reviewCount: number };
  };
  const reviewCount = async () => (await ask(`/api/products/${productId}`)).reviewCount;

  const times: number[] = [];
  let count = await reviewCount();
  for (let n = 0; n < samples; n++) {
    const token = await tokenOf();
    const started = performance.now();
    await ask('/api/reviews', { token, body: { productId, rating: 1 + (n % 5), text: 'Dry feet.' } });
    count++;
    while ((await reviewCount()) < count) {
      if (performance.now() - started > patienceMs) throw new Error('a review was not counted');
      await sleep(lookIntervalMs);
    }
    times.push(performance.now() - started);
    await sleep(pauseMs);
  }
  agent.destroy();
  return times;
}
