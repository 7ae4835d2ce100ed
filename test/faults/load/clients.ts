import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random } from '../../support/random.ts';
import { importedSku, type Imports } from './imports.ts';
import type { Ledger, Thing } from './ledger.ts';
import type { Moderate } from './moderation.ts';
import type { Reads } from './reads.ts';
import type { Writes } from './writes.ts';

export interface ClientsDeps {
  ledger: Ledger;
  writes: Writes;
  reads: Reads;
  moderate: Moderate;
  imports: Imports;
  random: Random;
  violation: (text: string) => void;
}

const clients = 20;
/** Between two operations of one client: enough is left of two cores for what is tested. */
const longestPauseMs = 150;
const hotProducts = 5;
const coldProducts = 200;
/** From here on as many reviews are deleted as are made. */
const enoughReviews = 5_000;

/** Clients that do whatever shops, customers and operators do, all at once and mostly to the same few products. */
export function createClients({ ledger, writes, reads, moderate, imports, random, violation }: ClientsDeps) {
  const hot: Thing[] = [];
  let stopping = new AbortController();
  let working: Promise<unknown> | undefined;

  const pick = (kind: Thing['kind'], { below }: Random) => {
    const pool = ledger.standing[kind];
    return pool.pick(below(pool.size));
  };
  const hotOrCold = (own: Random) =>
    own.next() < 0.6 ? hot[own.below(hot.length)]! : (pick('products', own) ?? hot[0]!);
  const withReview = async (own: Random, act: (review: Thing, own: Random) => Promise<void>) => {
    const review = pick('reviews', own);
    await (review ? act(review, own) : writes.createReview(hotOrCold(own), own));
  };

  async function removeProduct(own: Random) {
    const product = pick('products', own);
    if (product && !hot.includes(product)) await writes.remove(product, own);
  }

  /** Each operation with its share of a hundred; the first whose shares reach the dice is done. */
  const operations: [share: number, operate: (own: Random) => Promise<unknown>][] = [
    [22, (own) => writes.createReview(hotOrCold(own), own)],
    [16, (own) => withReview(own, (review) => writes.editReview(review, own))],
    [8, (own) => withReview(own, writes.remove)],
    [3, (own) => withReview(own, moderate)],
    [2, (own) => writes.editProduct(hotOrCold(own), own)],
    [1, (own) => makeRoom(own)],
    [0.03, (own) => imports.run(own)],
    [16, (own) => reads.one(hotOrCold(own), own)],
    [10, (own) => withReview(own, reads.one)],
    [8, (own) => reads.reviewsOf(hotOrCold(own), own)],
    [6, (own) => reads.products(own)],
    [7.97, (own) => reads.ratings([...hot, hotOrCold(own)], own)],
  ];

  /** Products are made until there are enough, and then come and go. */
  async function makeRoom(own: Random) {
    const { size } = ledger.standing.products;
    if (size > coldProducts || (size > coldProducts / 2 && own.below(3) === 0)) await removeProduct(own);
    else await writes.createProduct(own);
  }

  async function operate(own: Random) {
    if (ledger.standing.reviews.size > enoughReviews && own.below(4) === 0) {
      await withReview(own, writes.remove);
      return;
    }
    let dice = own.next() * 100;
    const chosen = operations.find(([share]) => (dice -= share) < 0) ?? operations.at(-1)!;
    await chosen[1](own);
  }

  async function client(own: Random) {
    while (!stopping.signal.aborted) {
      try {
        await operate(own);
      } catch (error) {
        violation(`a client of the rig itself failed: ${(error as Error).stack}`);
      }
      await sleep(own.below(longestPauseMs), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    /** Makes the hot products, while nothing is broken yet. */
    async prepare() {
      while (hot.length < hotProducts) {
        const product = await writes.createProduct(random, importedSku(hot.length));
        if (!product) throw new Error('The first products could not be made');
        hot.push(product);
      }
    },

    start() {
      stopping = new AbortController();
      setMaxListeners(clients, stopping.signal);
      const each = Array.from({ length: clients }, () => createRandom(random.below(2 ** 32)));
      working = Promise.all(each.map(client));
    },

    /** Returns when every client has its last answer. */
    async stop() {
      stopping.abort();
      await working;
    },
  };
}

export type Clients = ReturnType<typeof createClients>;
