import { setImmediate } from 'node:timers/promises';
import type { CacheStore } from './cache-store.ts';
import { createToken } from './entry.ts';

/**
 * Claims missing tokens for all reads that found them missing at about the same time: a thousand reads of one
 * new thing then cost one claim. What has been sent is joined by nobody: a read's tokens must have been there
 * after it began.
 */
export function createClaims(store: CacheStore) {
  let next: { keys: Set<string>; tokens: Promise<Map<string, Buffer>> } | undefined;

  async function send(wanted: Set<string>) {
    await setImmediate();
    next = undefined;
    const keys = [...wanted];
    const tokens = await store.claimTokens(keys, createToken());
    return new Map(keys.map((key, i) => [key, tokens[i] as Buffer]));
  }

  /** The tokens of at least these keys, by key. */
  return function claim(keys: string[]): Promise<Map<string, Buffer>> {
    if (!next) {
      const wanted = new Set<string>();
      next = { keys: wanted, tokens: send(wanted) };
    }
    for (const key of keys) next.keys.add(key);
    return next.tokens;
  };
}

export type Claim = ReturnType<typeof createClaims>;
