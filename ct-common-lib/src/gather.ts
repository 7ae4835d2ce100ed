import { setImmediate } from 'node:timers/promises';

export interface GatherOptions<Asked> {
  /** What is done at once at the most, a last one that exceeds it included. Default 100. */
  atOnce?: number;
  /** How much one asks for. Default: 1. */
  sizeOf?: (one: Asked) => number;
}

/**
 * Has `work` done once for all who ask in one turn of the event loop: a statement on ten rows costs little more than one on
 * one. It gives as many results as were asked for, in their order, and those that are promises are awaited by their askers
 * alone; its failure and its slowness meet all of them. What has begun is joined by nobody, so that all work begins after
 * it was asked for.
 */
export function gather<Asked, Result>(
  work: (asked: Asked[]) => Promise<(Result | Promise<Result>)[]>,
  // As many as a page holds at the most.
  { atOnce = 100, sizeOf = () => 1 }: GatherOptions<Asked> = {},
) {
  let next: { asked: Asked[]; size: number; done: Promise<(Result | Promise<Result>)[]> } | undefined;

  async function begin(asked: Asked[]) {
    await setImmediate();
    if (next?.asked === asked) next = undefined;
    return work(asked);
  }

  return async function ask(one: Asked): Promise<Result> {
    if (!next || next.size >= atOnce) {
      const asked: Asked[] = [];
      next = { asked, size: 0, done: begin(asked) };
    }
    const at = next.asked.push(one) - 1;
    next.size += sizeOf(one);
    return (await next.done)[at] as Result;
  };
}
