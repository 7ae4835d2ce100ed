import type { RigService } from '../rig.ts';
import type { Outcome } from './operation-log.ts';
import type { Mark } from './troubles.ts';

/** The last acknowledged write of a review or product, and when its answer was there. */
export interface Acknowledged {
  version: number;
  /** What was written, see {@link factsOf}. */
  facts: string;
  by: RigService;
  /** Before the request was sent. */
  begun: Mark;
  answered: Mark;
}

/** What is known of a review or product from the answers to its writes. */
export interface Thing {
  kind: 'reviews' | 'products';
  id: string;
  /** Of a review. */
  product?: Thing;
  /** The highest version that the API has acknowledged. */
  shown: Acknowledged;
  /** Changes that were made for sure, the creation being the first. */
  changes: number;
  /** Changes that may have been made. */
  unknownChanges: number;
  /** Deletions that were sent and did not fail. */
  deletions: number;
  /** Set once a deletion was acknowledged: the last one that was. */
  deleted?: Acknowledged;
}

export interface Body {
  id: string;
  version: number;
  [field: string]: unknown;
}

/** The part of a review or product that only its writes change. */
export const factsOf = (kind: Thing['kind'], body: Body) =>
  JSON.stringify(
    kind === 'reviews'
      ? [body.rating, body.title, body.text, body.status, body.author]
      : [body.sku, body.name, body.description, body.brand, body.price, body.currency],
  );

/** Whether it may be gone by now, itself or with its product. */
export const mayBeGone = ({ deletions, product }: Thing): boolean =>
  deletions > 0 || (product !== undefined && mayBeGone(product));

/** The acknowledged deletion after which it must be gone. */
export const deletionOf = ({ deleted, product }: Thing): Acknowledged | undefined =>
  deleted ?? (product && deletionOf(product));

/** Keeps book of everything that was made. */
export function createLedger() {
  const all = new Map<string, Thing>();
  const standing = { reviews: new Pool(), products: new Pool() };

  return {
    all: all as ReadonlyMap<string, Thing>,
    standing: standing as { reviews: Pick<Pool, 'pick' | 'size'>; products: Pick<Pool, 'pick' | 'size'> },

    created(thing: Omit<Thing, 'changes' | 'unknownChanges' | 'deletions'>): Thing {
      const made: Thing = { ...thing, changes: 1, unknownChanges: 0, deletions: 0 };
      all.set(made.id, made);
      standing[made.kind].add(made);
      return made;
    },

    changed(thing: Thing, outcome: Outcome, shown?: Acknowledged) {
      if (outcome === 'ok') thing.changes++;
      if (outcome === 'unknown') thing.unknownChanges++;
      if (shown && shown.version > thing.shown.version) thing.shown = shown;
    },

    /** To be called before a deletion is sent: from then on it may be gone. */
    dooming(thing: Thing) {
      thing.deletions++;
      standing[thing.kind].remove(thing);
    },

    /** A deletion is a change as well. */
    doomed(thing: Thing, outcome: Outcome, deleted: Acknowledged) {
      this.changed(thing, outcome);
      if (outcome === 'ok') thing.deleted = deleted;
      if (outcome !== 'failed') return;
      thing.deletions--;
      if (thing.deletions === 0) standing[thing.kind].add(thing);
    },
  };
}

export type Ledger = ReturnType<typeof createLedger>;

/** Things of which any can be picked or removed at once. */
class Pool {
  readonly #things: Thing[] = [];
  readonly #places = new Map<Thing, number>();

  get size() {
    return this.#things.length;
  }

  /** `index` from 0; undefined if there is none. */
  pick(index: number): Thing | undefined {
    return this.#things[index];
  }

  add(thing: Thing) {
    if (this.#places.has(thing)) return;
    this.#places.set(thing, this.#things.push(thing) - 1);
  }

  remove(thing: Thing) {
    const place = this.#places.get(thing);
    if (place === undefined) return;
    const last = this.#things.pop()!;
    this.#places.delete(thing);
    if (last === thing) return;
    this.#things[place] = last;
    this.#places.set(last, place);
  }
}
