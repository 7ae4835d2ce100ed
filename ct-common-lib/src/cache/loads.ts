import { setImmediate } from 'node:timers/promises';

type LoadOne = (id: unknown) => Promise<unknown>;
export type LoadMany = (ids: unknown[]) => Promise<unknown[]>;

/** As many as a page holds at the most: the errors and the slowness of one query meet all of them. */
const idsAtOnce = 100;

/**
 * Loads single items for all who ask in one turn of the event loop with one call of `loadMany`, which gives as many results as
 * it is given ids, in their order: a query for ten rows costs little more than one for one. Who is alone calls `loadOne`. What
 * has been sent is joined by nobody: a load must begin after it was asked for.
 */
export function createLoads(loadOne: LoadOne, loadMany: LoadMany): LoadOne {
  let next: { ids: unknown[]; loaded: Promise<unknown[]> } | undefined;

  async function send(ids: unknown[]): Promise<unknown[]> {
    await setImmediate();
    if (next?.ids === ids) next = undefined;
    return ids.length === 1 ? [await loadOne(ids[0])] : loadMany(ids);
  }

  return async function load(id) {
    if (!next || next.ids.length >= idsAtOnce) {
      const ids: unknown[] = [];
      next = { ids, loaded: send(ids) };
    }
    const at = next.ids.push(id) - 1;
    return (await next.loaded)[at];
  };
}
