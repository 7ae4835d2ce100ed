/**
 * Where entries and tokens lie. Two implementations, Redis and in process; `describeCacheStore` is their suite.
 * A store may lose any key at any time: that makes entries unreadable, never stale. What it must not do is
 * give back a token that was replaced, nor answer out of another server's memory. Every operation rejects,
 * within about 200 ms and at once while there is no connection; it may then have been done all the same,
 * now or later.
 */
export interface CacheStore {
  /**
   * Stands for the present connection to the present server process, by identity: never the same again after
   * a loss. `undefined` while there is none.
   */
  session(): object | undefined;
  /** The values of `keys` in their order, `null` where there is none, in one round trip. */
  read(keys: string[]): Promise<(Buffer | null)[]>;
  /**
   * Makes `token` the token of those `keys` that have none, and gives the tokens that all of them have then.
   * Rejects if one was lost again at once.
   */
  claimTokens(keys: string[], token: Buffer): Promise<Buffer[]>;
  /** Makes `token` the token of all `keys`. Each call needs a fresh one: a token must never come back. */
  replaceTokens(keys: string[], token: Buffer): Promise<void>;
  /** Keeps `bytes`, which the caller must not change afterwards, for `ttlMs` (a positive integer) at the most. */
  write(key: string, bytes: Buffer, ttlMs: number): Promise<void>;
  /** Rejects if the store cannot be used now. */
  ping(): Promise<void>;
  /** Begins to connect and waits for it, a second at the most. Never rejects: a store that is away stops nobody. */
  start(): Promise<void>;
  /** Disconnects for good. May be called twice. */
  stop(): Promise<void>;
}

/** Longer than any entry lives; a token that expires earlier than its entries costs loads, and nothing else. */
export const tokenTtlSeconds = 7 * 24 * 3600;
