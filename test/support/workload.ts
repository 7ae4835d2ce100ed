import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import type { HttpClient, Review } from '../../api-service/test/support/http-client.ts';
import { createRandom, type Random } from './random.ts';
import type { ReviewLedger } from './review-ledger.ts';
import { expectConsistent } from './served.ts';
import { readCounter } from './service.ts';

export interface WorkloadOptions {
  /** Written to and read from in turn: what one has acknowledged is read from another. */
  apis: readonly HttpClient[];
  productIds: string[];
  ledger: ReviewLedger;
  seed: number;
  /** Whether others may, for a moment, not show yet what this one has acknowledged. Default: never. */
  mayLag?: (writer: HttpClient) => Promise<boolean>;
}

/**
 * Clients that create, edit and delete reviews, any of them any review, and read each acknowledged write at once
 * through another instance. Throws when an answer is wrong.
 */
export function createWorkload({
  apis,
  productIds,
  ledger,
  seed,
  mayLag = async () => false,
}: WorkloadOptions) {
  const random = createRandom(seed);
  const standing = ledger.standing();
  // From the moment when its deletion is sent, a review may be gone.
  const doomed = new Set<string>();
  let turn = 0;

  async function create(writer: HttpClient, reader: HttpClient, { below, rating }: Random) {
    const productId = productIds[below(productIds.length)]!;
    const review = await writer.createReview(productId, { rating: rating() });
    ledger.written(review);
    standing.push(review.id);
    await readBack(writer, () => expectShown(reader, review));
    return productId;
  }

  async function edit(writer: HttpClient, reader: HttpClient, { below, rating }: Random) {
    const id = standing[below(standing.length)]!;
    const method = below(2) === 0 ? 'patch' : 'put';
    const { status, body } = await writer[method]<Review>(`/api/reviews/${id}`, { rating: rating() });
    if (status === 404 && doomed.has(id)) return undefined;
    expect(status, `edit of review ${id}`).to.equal(200);
    ledger.written(body);
    await readBack(writer, () => expectShown(reader, body));
    return body.productId;
  }

  async function remove(writer: HttpClient, reader: HttpClient, { below }: Random) {
    const [id] = standing.splice(below(standing.length), 1) as [string];
    doomed.add(id);
    const { status } = await writer.delete(`/api/reviews/${id}`);
    expect(status, `deletion of review ${id}`).to.equal(204);
    ledger.removed(id);
    await readBack(writer, () => expectGone(reader, id));
    return undefined;
  }

  async function readBack(writer: HttpClient, look: () => Promise<unknown>) {
    try {
      await look();
    } catch (error) {
      if (!(await mayLag(writer))) throw error;
      await waitFor('an acknowledged write shows in the end', async () => (await look(), true));
    }
  }

  /** Others may have edited or deleted it since, so a later version is right, and so is 404 then. */
  async function expectShown(reader: HttpClient, written: Review) {
    const { status, body } = await reader.get<Review>(`/api/reviews/${written.id}`);
    if (status === 404 && doomed.has(written.id)) return;
    expect(status, `review ${written.id} on another instance`).to.equal(200);
    if (body.version > written.version) return;
    expect(body, 'the acknowledged write on another instance').to.deep.equal(written);
  }

  async function expectGone(reader: HttpClient, id: string) {
    const { status } = await reader.get(`/api/reviews/${id}`);
    expect(status, `deleted review ${id} on another instance`).to.equal(404);
  }

  async function client(operations: number, own: Random) {
    for (let done = 0; done < operations; done++) {
      const writer = apis[turn++ % apis.length]!;
      const reader = apis[turn % apis.length]!;
      const dice = own.next();
      const operation =
        standing.length < productIds.length || dice < 0.45 ? create : dice < 0.8 ? edit : remove;
      const productId = await operation(writer, reader, own);
      if (productId !== undefined) expectConsistent(await reader.product(productId));
    }
  }

  return {
    /** The operations are shared out among the clients, who work at the same time. */
    async run({ clients, operations }: { clients: number; operations: number }) {
      const each = Array.from({ length: clients }, () => createRandom(random.below(2 ** 32)));
      await Promise.all(each.map((own) => client(operations / clients, own)));
    },
  };
}
export type Workload = ReturnType<typeof createWorkload>;

/** The one exception of the promise: a writer that is cut off from Redis alone, as on a machine too busy to answer within 200 ms. */
export const hasFailedToBump = async (writer: HttpClient) =>
  (await readCounter(writer, 'ct_cache_bumps_total', 'result="failed"')) > 0;
