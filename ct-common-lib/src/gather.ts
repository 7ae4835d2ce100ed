import { setImmediate } from 'node:timers/promises';

/** As many as a page holds at the most: the failure and the slowness of one statement meet all of them. */
const atOnce = 100;

/**
 * Has `work` done once for all who ask in one turn of the event loop, 100 at the most: a statement on ten rows costs little
 * more than one on one. It gives as many results as were asked for, in their order, and those that are promises are awaited by
 * their askers alone. What has begun is joined by nobody, so that all work begins after it was asked for.
 */
export function gather<Asked, Result>(work: (asked: Asked[]) => Promise<(Result | Promise<Result>)[]>) {
  let next: { asked: Asked[]; done: Promise<(Result | Promise<Result>)[]> } | undefined;

  async function begin(asked: Asked[]) {
    await setImmediate();
    if (next?.asked === asked) next = undefined;
    return work(asked);
  }

  return async function ask(one: Asked): Promise<Result> {
    if (!next || next.asked.length >= atOnce) {
      const asked: Asked[] = [];
      next = { asked, done: begin(asked) };
    }
    const at = next.asked.push(one) - 1;
    return (await next.done)[at] as Result;
  };
}
