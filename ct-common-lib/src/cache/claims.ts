import { gather } from '../gather.ts';
import type { Ask } from './ask.ts';
import type { CacheStore } from './cache-store.ts';
import { createToken } from './entry.ts';

/**
 * Claims missing tokens, and gives those of at least the keys asked for, by key; `undefined`: they could not be claimed. It
 * does so for all reads that found them missing at about the same time: a thousand reads of one new thing then cost
 * one claim. What has been sent is joined by nobody: a read's tokens must have been there after it began.
 */
export const createClaims = (ask: Ask, store: CacheStore) =>
  gather(
    async (asked: string[][]) => {
      const keys = [...new Set(asked.flat())];
      const tokens = await ask(() => store.claimTokens(keys, createToken()));
      const claimed = tokens && new Map(keys.map((key, i) => [key, tokens[i] as Buffer]));
      return asked.map(() => claimed);
    },
    { atOnce: Infinity },
  );

export type Claim = ReturnType<typeof createClaims>;
