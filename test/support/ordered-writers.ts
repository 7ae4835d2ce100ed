import { expect } from 'chai';
import { Pool } from 'pg';
import { waitFor } from 'ct-common-lib/testing';
import type { HttpClient, Review } from '../../api-service/test/support/http-client.ts';
import { createRandom } from './random.ts';

export interface WritersOptions {
  apis: readonly HttpClient[];
  productIds: string[];
  databaseUrl: string;
  seed: number;
}

/**
 * One client for each product, who creates, edits and deletes reviews of it, and writes again once the write before is
 * published: so rating-service hears of the reviews of one product in the order in which they were written, and every
 * rating on the way is one that was true at a moment.
 */
export async function startWriters({ apis, productIds, databaseUrl, seed }: WritersOptions) {
  const random = createRandom(seed);
  const db = new Pool({ connectionString: databaseUrl, application_name: 'writers' });
  let stopped = false;
  const writes = new Map(productIds.map((id) => [id, 0]));

  async function write(productId: string) {
    const own = createRandom(random.below(2 ** 32));
    const { data } = await apis[0]!.page<Review>(`/api/products/${productId}/reviews?limit=100`);
    const standing = data.map(({ id }) => id);
    while (!stopped) {
      const api = apis[own.below(apis.length)]!;
      const dice = own.next();
      if (standing.length === 0 || (dice < 0.4 && standing.length < 20)) {
        standing.push((await api.createReview(productId, { rating: own.rating() })).id);
      } else if (dice < 0.85) {
        const id = standing[own.below(standing.length)]!;
        const { status } = await api.patch(`/api/reviews/${id}`, { rating: own.rating() });
        expect(status, `edit of review ${id}`).to.equal(200);
      } else {
        const [id] = standing.splice(own.below(standing.length), 1);
        expect((await api.delete(`/api/reviews/${id}`)).status, `deletion of review ${id}`).to.equal(204);
      }
      await waitFor('the write is published', async () => (await unpublished(productId)) === 0, {
        timeoutMs: 30_000,
        intervalMs: 5,
      });
      writes.set(productId, writes.get(productId)! + 1);
    }
  }

  async function unpublished(productId: string) {
    const sql = 'SELECT count(*)::int AS count FROM outbox WHERE subject = $1';
    return (await db.query<{ count: number }>(sql, [productId])).rows[0]!.count;
  }

  const writing = Promise.all(productIds.map(write));
  let failed = false;
  writing.catch(() => (failed = true));

  return {
    /** Waits until each of them has written so many times more. */
    async more(count: number) {
      const until = new Map([...writes].map(([id, done]) => [id, done + count]));
      await waitFor(
        `${count} more writes to each product`,
        () => failed || [...writes].every(([id, done]) => done >= until.get(id)!),
        { timeoutMs: 60_000 },
      );
      if (failed) await writing;
    },

    /** Lets them finish what they have begun. */
    async stop() {
      stopped = true;
      try {
        await writing;
      } finally {
        await db.end();
      }
    },
  };
}

export type Writers = Awaited<ReturnType<typeof startWriters>>;
