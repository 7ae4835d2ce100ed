import { setImmediate } from 'node:timers/promises';
import type { Ask } from './ask.ts';
import type { CacheStore } from './cache-store.ts';
import { createToken } from './entry.ts';

type Claimed = Promise<Map<string, Buffer> | undefined>;

/**
 * Claims missing tokens for all reads that found them missing at about the same time: a thousand reads of one
 * new thing then cost one claim. What has been sent is joined by nobody: a read's tokens must have been there
 * after it began.
 */
export function createClaims(ask: Ask, store: CacheStore) {
  let next: { keys: Set<string>; tokens: Claimed } | undefined;

  async function send(wanted: Set<string>) {
    await setImmediate();
    next = undefined;
    const keys = [...wanted];
    const tokens = await ask(() => store.claimTokens(keys, createToken()));
    return tokens && new Map(keys.map((key, i) => [key, tokens[i] as Buffer]));
  }

  /** The tokens of at least these keys, by key. `undefined`: they could not be claimed. */
  return function claim(keys: string[]): Claimed {
    if (!next) {
      const wanted = new Set<string>();
      next = { keys: wanted, tokens: send(wanted) };
    }
    for (const key of keys) next.keys.add(key);
    return next.tokens;
  };
}

export type Claim = ReturnType<typeof createClaims>;
