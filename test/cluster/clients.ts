import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { newAdmin, tokenOf } from '../../api-service/test/support/tokens.ts';
import { call, type Reply } from '../faults/load/call.ts';
import type { FailedBumps } from '../faults/load/failed-bumps.ts';
import { answerOf, codeOf } from '../faults/load/operation-log.ts';
import type { Troubles } from '../faults/load/troubles.ts';
import type { ServiceProcess } from '../faults/service-process.ts';
import { createRandom, type Random } from '../support/random.ts';
import type { Tally } from './tally.ts';

/** A review as the client who wrote it was told that it is. */
export interface WrittenReview {
  id: string;
  productId: string;
  /** In its title, and in no other. */
  marker: string;
  rating: number;
  version: number;
  isDeleted: boolean;
  authorization: string;
}

export interface ClientsDeps {
  /** Of the balancer. */
  url: string;
  apis: readonly ServiceProcess[];
  failedBumps: FailedBumps;
  troubles: Troubles;
  tally: Tally;
  violation: (text: string) => void;
}

const clients = 20;
const products = 20;
const longestPauseMs = 150;
/** How long a client goes on with a request that fails. */
const patienceMs = 60_000;
/** How long others may lag behind an instance that could not tell the cache of its write. */
const lagMs = 1_000;

interface Shown {
  version: number;
  rating: number;
}

/**
 * Customers of a shop, who reach it by the balancer alone. What fails they send again until it is done: a POST with its Idempotency-Key, a PATCH and a
 * DELETE as they are, as nobody else changes what is theirs.
 */
export function createClients({ url, apis, failedBumps, troubles, tally, violation }: ClientsDeps) {
  const written: WrittenReview[] = [];
  const productIds: string[] = [];
  const stopping = new AbortController();
  let working: Promise<unknown> | undefined;
  let markers = 0;

  async function send(
    method: string,
    path: string,
    json?: object,
    headers?: Record<string, string>,
  ): Promise<Reply> {
    const reply = await call(method, url + path, json, headers);
    tally.count(method, reply);
    const mayHappen = reply.lost || reply.status === 503 || reply.status < 500;
    if (!mayHappen) violation(`${method} ${path}: an answer ${answerOf(reply)}`);
    return reply;
  }

  /** Until the status is one of these. Undefined if it never is, which is a violation. */
  async function persist(
    statuses: number[],
    method: string,
    path: string,
    json?: object,
    headers?: Record<string, string>,
  ): Promise<Reply | undefined> {
    const endsAt = Date.now() + patienceMs;
    for (;;) {
      const reply = await send(method, path, json, headers);
      if (statuses.includes(reply.status)) return reply;
      const isFinal =
        reply.status >= 400 && reply.status < 500 && codeOf(reply.body) !== 'REQUEST_IN_PROGRESS';
      if (isFinal || Date.now() > endsAt) {
        violation(
          `${method} ${path}: ${answerOf(reply)} ${isFinal ? 'on valid input' : `for ${patienceMs} ms`}`,
        );
        return undefined;
      }
      await sleep(200);
    }
  }

  async function create(own: Random) {
    const productId = productIds[own.below(products)]!;
    const marker = `cluster-${++markers}`;
    const rating = own.rating();
    const authorization = `Bearer ${await tokenOf()}`;
    const headers = { Authorization: authorization, 'Idempotency-Key': randomUUID() };
    const begun = troubles.mark();
    const reply = await persist([201], 'POST', '/api/reviews', { productId, rating, title: marker }, headers);
    if (!reply) return undefined;
    const { id, version } = reply.body as { id: string; version: number };
    const review = { id, productId, marker, rating, version, isDeleted: false, authorization };
    written.push(review);
    await readBack(review, begun.at);
    return review;
  }

  async function edit(review: WrittenReview, own: Random) {
    const rating = own.rating();
    const headers = { Authorization: review.authorization };
    const begun = troubles.mark();
    const reply = await persist([200], 'PATCH', `/api/reviews/${review.id}`, { rating }, headers);
    if (!reply) return;
    Object.assign(review, { rating, version: (reply.body as Shown).version });
    await readBack(review, begun.at);
  }

  async function remove(review: WrittenReview) {
    const headers = { Authorization: review.authorization };
    const begun = troubles.mark();
    // 404: by the try before this one, whose answer was lost.
    if (!(await persist([204, 404], 'DELETE', `/api/reviews/${review.id}`, undefined, headers))) return;
    review.isDeleted = true;
    await readBack(review, begun.at);
  }

  /** What a read shows that is older than what was acknowledged; undefined: nothing. */
  function staleness(
    { rating, version, isDeleted }: WrittenReview,
    { status, body }: Reply,
  ): string | undefined {
    if (status !== 200 && status !== 404) return undefined;
    if (isDeleted) return status === 200 ? 'although it is deleted' : undefined;
    if (status === 404) return 'not at all';
    const shown = body as Shown;
    const isRight = shown.version === version && shown.rating === rating;
    return isRight ? undefined : `at version ${shown.version} instead of ${version}`;
  }

  /** By whichever instance the balancer chooses. A writer that was cut off from Redis alone may leave the others behind for a second. */
  async function readBack(review: WrittenReview, writtenFrom: number) {
    const answered = troubles.mark();
    for (;;) {
      const asked = Date.now();
      const stale = staleness(review, await send('GET', `/api/reviews/${review.id}`));
      if (stale === undefined) return;
      const failed = await Promise.all(apis.map((api) => failedBumps.since(api, writtenFrom)));
      const mayLagMs = failed.includes(true) ? lagMs + troubles.lagSince(answered) : 0;
      if (mayLagMs === 0 || asked - answered.at > mayLagMs) {
        violation(
          `stale: review ${review.id} is shown ${stale}, ${asked - answered.at} ms after that was acknowledged`,
        );
        return;
      }
      tally.lag();
      await sleep(50);
    }
  }

  async function look(own: Random) {
    const productId = productIds[own.below(products)]!;
    const page = await send('GET', `/api/products/${productId}/reviews?limit=5`);
    const next = (page.body as { nextCursor?: string | null } | undefined)?.nextCursor;
    if (next) await send('GET', `/api/products/${productId}/reviews?limit=5&cursor=${next}`);
    await send('GET', `/api/products/${productId}`);
    await send('GET', '/api/products?q=cluster');
    await send('GET', `/api/ratings?productIds=${productIds.join()}`);
  }

  async function client(own: Random) {
    const mine: WrittenReview[] = [];
    while (!stopping.signal.aborted) {
      const dice = own.next();
      const review = mine[own.below(mine.length)];
      if (dice < 0.5) await look(own);
      else if (dice < 0.75 || !review) mine.push(...[await create(own)].flatMap((created) => created ?? []));
      else if (dice < 0.93) await edit(review, own);
      else await remove(mine.splice(mine.indexOf(review), 1)[0]!);
      await sleep(own.below(longestPauseMs), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    written: written as readonly WrittenReview[],
    productIds: productIds as readonly string[],

    /** Makes the products. Throws if that fails, as nothing is broken yet. */
    async prepare() {
      const headers = { Authorization: `Bearer ${await newAdmin()}` };
      for (let n = 1; n <= products; n++) {
        const json = { sku: `cluster-${n}`, name: `Cluster product ${n}` };
        const { status, body } = await call('POST', `${url}/api/products`, json, headers);
        if (status !== 201) throw new Error(`The first products could not be made: ${JSON.stringify(body)}`);
        productIds.push((body as { id: string }).id);
      }
    },

    start(seed: number) {
      setMaxListeners(clients, stopping.signal);
      const random = createRandom(seed);
      working = Promise.all(
        Array.from({ length: clients }, () => client(createRandom(random.below(2 ** 32)))),
      );
    },

    /** Returns when each has its last answer. */
    async stop() {
      stopping.abort();
      await working;
    },
  };
}

export type Clients = ReturnType<typeof createClients>;
