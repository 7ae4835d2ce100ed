import type { CacheStore } from '../../../src/cache/index.ts';

/** What becomes of a command: done and answered; lost; done, its answer lost; failed for the client and done later. */
export const fates = ['answered', 'lost', 'unanswered', 'late'] as const;
export type Fate = (typeof fates)[number];

export interface ScheduledServerOptions {
  /** Resolves when the scheduler lets the next thing happen. */
  turn: (what: string) => Promise<unknown>;
  nextFate: () => Fate;
  /** The fate of a bump while its link loses bumps: any but `answered`. */
  nextFault: () => Fate;
}

/** One server whose stores do each step when, and only when, it is their turn. */
export function createScheduledServer({ turn, nextFate, nextFault }: ScheduledServerOptions) {
  const values = new Map<string, Buffer>();
  const get = (keys: string[]) => keys.map((key) => values.get(key) ?? null);

  function createLink() {
    let session: object | undefined = {};
    let losing = 0;

    async function perform<T>(what: string, work: () => T): Promise<T> {
      const begun = session;
      if (!begun) throw new Error('no connection');
      const fate = what === 'bump' && losing ? nextFault() : nextFate();
      if (fate === 'late') void turn(`${what}, late`).then(work);
      else await turn(`${what} arrives`);
      if (fate === 'late' || fate === 'lost') throw new Error(`${what} fails`);
      const answer = work();
      await turn(`${what} is answered`);
      if (fate === 'unanswered' || session !== begun) throw new Error(`${what} has no answer`);
      return answer;
    }

    const store: CacheStore = {
      session: () => session,
      read: (keys) => perform('read', () => get(keys)),
      claimTokens: (keys, token) =>
        perform('claim', () => {
          for (const key of keys) if (!values.has(key)) values.set(key, token);
          return get(keys) as Buffer[];
        }),
      replaceTokens: (keys, token) =>
        perform('bump', () => {
          for (const key of keys) values.set(key, token);
        }),
      write: (key, bytes) =>
        perform('write', () => {
          values.set(key, bytes);
        }),
      ping: () => perform('ping', () => undefined),
      async start() {},
      async stop() {
        session = undefined;
      },
    };

    return {
      store,
      reconnect() {
        session = {};
      },
      /** Loses all bumps that begin during `work`. */
      async losingBumps<T>(work: () => Promise<T>): Promise<T> {
        losing++;
        try {
          return await work();
        } finally {
          losing--;
        }
      },
    };
  }

  return { createLink, flush: () => values.clear(), evict: (key: string) => values.delete(key) };
}
