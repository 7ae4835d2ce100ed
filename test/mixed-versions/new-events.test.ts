import { expect } from 'chai';
import { createMemoryBus, type MemoryBus } from 'ct-common-lib/bus';
import { encodeEvent } from 'ct-common-lib/events';
import { waitFor } from 'ct-common-lib/testing';
import { connect, silent, startApi } from '../../api-service/test/support/api.ts';
import type { Rating } from '../../api-service/test/support/http-client.ts';
import { startRating } from './rating-service.ts';
import { isRating, parse, readBy010, type Event010 } from './release-0.1.0.ts';

describe('events of today’s services at a consumer of 0.1.0', () => {
  /** Both services, with the bytes of all that they publish. */
  async function startAll() {
    const memory = createMemoryBus({ log: silent });
    const published: Buffer[] = [];
    const bus: MemoryBus = {
      ...memory,
      publish(events) {
        published.push(...events.map((event) => encodeEvent(event)));
        return memory.publish(events);
      },
    };
    const rating = await startRating(bus);
    const api = await startApi({ bus });
    await bus.start();
    return {
      api,
      published,
      stop: async () => {
        await bus.stop();
        await api.stop();
        await rating.stop();
      },
    };
  }

  it('are accepted, with a rating database and without, and end at the truth by the rules of 0.1.0', async () => {
    const { api, published, stop } = await startAll();
    try {
      const product = await api.createProduct();
      const settled = (version: number) =>
        waitFor(`version ${version}`, async () => {
          const { body } = await api.get<Rating>(`/api/products/${product.id}/rating`);
          return body.version === version ? body : undefined;
        });
      const first = await api.createReview(product.id, { rating: 5 });
      await settled(1);
      const second = await api.createReview(product.id, { rating: 4 });
      await api.patch(`/api/reviews/${first.id}`, { rating: 2 });
      const sql = await connect(api.databaseUrl);
      await sql.query(`INSERT INTO reviews (product_id, rating, status) VALUES ($1, 1, 'pending')`, [
        product.id,
      ]);
      await sql.query(`UPDATE reviews SET status = 'rejected' WHERE id = $1`, [second.id]);
      await sql.end();
      const served = await settled(5);
      const doomed = await api.createProduct();
      await api.createReview(doomed.id);
      await api.delete(`/api/products/${doomed.id}`);
      await waitFor('the deletion to be told', () =>
        published.some((bytes) => bytes.includes('"averageRating":null') && bytes.includes(doomed.id)),
      );

      const read = published.map((bytes) => readBy010.parse(parse(bytes)));
      expect(new Set(read.map(({ type }) => type)).size).to.equal(4);
      const stores = published
        .map(parse)
        .filter((event) => !isRating(event))
        .map(({ data }) => data.store);
      expect(stores, 'the first come without one').to.include(undefined);
      expect(stores.some((store) => typeof store === 'string')).to.equal(true);

      const { reviewCount, averageRating } = served;
      expect(ratingBy010(read, product.id)).to.deep.equal({ reviewCount, averageRating });
      const last = read.filter(isRating).map(({ data }) => data as Record<string, unknown>);
      const newest = last.filter((data) => data.productId === product.id).at(-1)!;
      expect(newest).to.deep.include({ reviewCount, averageRating, version: 5 });
    } finally {
      await stop();
    }
  });
});

/** The register of 0.1.0: of each review the highest version counts. */
function ratingBy010(events: Event010[], productId: string) {
  const latest = new Map<string, { rating: number | null; version: number }>();
  for (const event of events) {
    if (event.type === 'rating-updated' || event.data.productId !== productId) continue;
    const { reviewId, rating, version } = event.data;
    if (version > (latest.get(reviewId)?.version ?? 0)) latest.set(reviewId, { rating, version });
  }
  const stars = [...latest.values()].flatMap(({ rating }) => (rating === null ? [] : [rating]));
  const sum = stars.reduce((a, b) => a + b, 0);
  return {
    reviewCount: stars.length,
    averageRating: stars.length === 0 ? null : Math.round((100 * sum) / stars.length) / 100,
  };
}
