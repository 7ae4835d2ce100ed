import { setImmediate } from 'node:timers/promises';
import type { Ask } from './ask.ts';
import type { CacheStore } from './cache-store.ts';

/** As many as a server answers without keeping others waiting. */
const keysAtOnce = 1000;

/**
 * Looks keys up for all who ask in one turn of the event loop, with one question to the store: a command, its timers and
 * promises cost far more than one key more. The keys of one call are always looked up together.
 */
export function createLookUps(ask: Ask, store: CacheStore) {
  let next: { keys: string[]; found: Promise<(Buffer | null)[] | undefined> } | undefined;

  async function send(keys: string[]) {
    await setImmediate();
    if (next?.keys === keys) next = undefined;
    return ask(() => store.read(keys));
  }

  /** The values of `keys` in their order; `undefined`: the store must not be read now, or failed. */
  return async function lookUp(keys: string[]): Promise<(Buffer | null)[] | undefined> {
    if (!next || next.keys.length >= keysAtOnce) {
      const wanted: string[] = [];
      next = { keys: wanted, found: send(wanted) };
    }
    const from = next.keys.length;
    for (const key of keys) next.keys.push(key);
    const found = await next.found;
    return found?.slice(from, from + keys.length);
  };
}

export type LookUp = ReturnType<typeof createLookUps>;
