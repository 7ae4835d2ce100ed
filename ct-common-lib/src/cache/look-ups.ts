import { gather } from '../gather.ts';
import type { Ask } from './ask.ts';
import type { CacheStore } from './cache-store.ts';

/** As many as a server answers without keeping others waiting. */
const keysAtOnce = 1000;

/**
 * Looks up the values of keys, in their order; `undefined`: the store must not be read now, or failed. All who ask in one turn
 * of the event loop share one question to the store: a command, its timers and promises cost far more than one key
 * more. The keys of one call are always looked up together.
 */
export const createLookUps = (ask: Ask, store: CacheStore) =>
  gather(
    async (asked: string[][]) => {
      const found = await ask(() => store.read(asked.flat()));
      let at = 0;
      return asked.map((keys) => found?.slice(at, (at += keys.length)));
    },
    { atOnce: keysAtOnce, sizeOf: (keys) => keys.length },
  );

export type LookUp = ReturnType<typeof createLookUps>;
