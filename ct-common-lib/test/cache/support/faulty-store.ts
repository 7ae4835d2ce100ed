import { createMemoryStore, type CacheStore } from '../../../src/cache/index.ts';

type Operation = 'read' | 'claimTokens' | 'replaceTokens' | 'write' | 'ping';

/** A store in memory that fails, hangs and loses its connection when it is told to. */
export function createFaultyStore() {
  const memory = createMemoryStore();
  const calls: Operation[] = [];
  let session: object | undefined;

  const faulty = {
    calls,
    /** Operations that reject. */
    failing: new Set<Operation>(),
    /** What an operation waits for after it was done and before it answers; replace it to hold answers back. */
    async beforeAnswer(_operation: Operation) {},
    connect() {
      session = {};
    },
    disconnect() {
      session = undefined;
    },
    failAll() {
      for (const operation of ['read', 'claimTokens', 'replaceTokens', 'write', 'ping'] as const) {
        faulty.failing.add(operation);
      }
    },
  };

  async function perform<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    calls.push(operation);
    if (!session || faulty.failing.has(operation)) throw new Error(`${operation} fails`);
    const answer = await work();
    await faulty.beforeAnswer(operation);
    return answer;
  }

  const store: CacheStore = {
    session: () => session,
    read: (keys) => perform('read', () => memory.read(keys)),
    claimTokens: (keys, token) => perform('claimTokens', () => memory.claimTokens(keys, token)),
    replaceTokens: (keys, token) => perform('replaceTokens', () => memory.replaceTokens(keys, token)),
    write: (key, bytes, ttlMs) => perform('write', () => memory.write(key, bytes, ttlMs)),
    ping: () => perform('ping', () => memory.ping()),
    async start() {
      await memory.start();
      session = {};
    },
    async stop() {
      session = undefined;
      await memory.stop();
    },
  };

  return Object.assign(faulty, { store });
}
