import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import { startSystem, type System } from './support/system.ts';
import type { Page, Rating } from './support/http-client.ts';

describe('ratings', () => {
  let system: System;
  before(async () => (system = await startSystem()));
  after(() => system.stop());

  /** A product with a review of each of these ratings, once they have all arrived in it. */
  async function ratedProduct(...ratings: number[]) {
    const { id } = await system.createProduct();
    for (const rating of ratings) await system.createReview(id, { rating });
    return counted(id, ratings.length);
  }

  const counted = (id: string, reviewCount: number) =>
    waitFor(`${reviewCount} reviews counted`, async () => {
      const product = await system.product(id);
      return product.reviewCount === reviewCount ? product : null;
    });

  const rating = async (id: string) => (await system.get<Rating>(`/api/products/${id}/rating`)).body;

  it('counts every review once, by its stars', async () => {
    const product = await ratedProduct(1, 3, 3, 5, 5, 5);
    expect(product).to.deep.include({
      averageRating: 3.67,
      reviewCount: 6,
      ratingDistribution: { 1: 1, 2: 0, 3: 2, 4: 0, 5: 3 },
    });
  });

  it('shows an average of 3.91 as 3.91, not as 4', async () => {
    // 43 stars by 11 reviews: 3.909…
    const product = await ratedProduct(5, 5, 5, 4, 4, 4, 4, 3, 3, 3, 3);
    expect(product.averageRating).to.equal(3.91);
  });

  it('rounds half up: 4.125 is 4.13', async () => {
    const product = await ratedProduct(5, 4, 4, 4, 4, 4, 4, 4);
    expect(product.averageRating).to.equal(4.13);
  });

  it('follows an edit and a deletion', async () => {
    const { id } = await system.createProduct();
    const first = await system.createReview(id, { rating: 5 });
    const second = await system.createReview(id, { rating: 4 });
    await counted(id, 2);
    await system.patch(`/api/reviews/${first.id}`, { rating: 1 });
    await waitFor('the edit', async () => (await system.product(id)).averageRating === 2.5);
    await system.delete(`/api/reviews/${second.id}`);
    const product = await counted(id, 1);
    expect(product).to.deep.include({
      averageRating: 1,
      ratingDistribution: { 1: 1, 2: 0, 3: 0, 4: 0, 5: 0 },
    });
  });

  it('is null and 0 again once the last review is deleted', async () => {
    const { id } = await system.createProduct();
    const review = await system.createReview(id, { rating: 5 });
    await counted(id, 1);
    await system.delete(`/api/reviews/${review.id}`);
    const product = await counted(id, 0);
    expect(product).to.deep.include({
      averageRating: null,
      ratingDistribution: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 },
    });
  });

  it("is no part of a product's version, but of its ETag", async () => {
    const created = await system.createProduct();
    const etag = (await system.get(`/api/products/${created.id}`)).headers.get('etag')!;
    await system.createReview(created.id);
    const product = await counted(created.id, 1);
    expect(product).to.include({ version: 1, updatedAt: created.updatedAt });
    const read = await system.get(`/api/products/${created.id}`, { 'If-None-Match': etag });
    expect(read.status).to.equal(200);
  });

  it('is in the way of nobody who edits the product that he has read', async () => {
    const { id } = await system.createProduct();
    const path = `/api/products/${id}`;
    const etag = (await system.get(path)).headers.get('etag')!;
    await system.createReview(id);
    await counted(id, 1);
    const answer = await system.request('PATCH', path, {
      json: { name: 'New' },
      headers: { 'If-Match': etag },
    });
    expect(answer.status).to.equal(200);
  });

  it('loses none of 200 reviews that are written to one product at once', async () => {
    const { id } = await system.createProduct();
    const ratings = Array.from({ length: 200 }, (_, index) => (index % 5) + 1);
    await Promise.all(ratings.map((stars) => system.createReview(id, { rating: stars })));
    const product = await counted(id, 200);
    expect(product).to.deep.include({
      averageRating: 3,
      ratingDistribution: { 1: 40, 2: 40, 3: 40, 4: 40, 5: 40 },
    });
  });

  describe('GET /api/products/:id/rating', () => {
    it('is the rating alone, with its Bayesian average and its own version', async () => {
      const product = await ratedProduct(5, 4);
      const answer = await system.get<Rating>(`/api/products/${product.id}/rating`);
      expect(answer.status).to.equal(200);
      const { updatedAt, bayesianAverage, ...rest } = answer.body;
      expect(rest).to.deep.equal({
        productId: product.id,
        averageRating: 4.5,
        reviewCount: 2,
        ratingDistribution: { 1: 0, 2: 0, 3: 0, 4: 1, 5: 1 },
        version: 2,
      });
      expect(new Date(updatedAt!).toISOString()).to.equal(updatedAt);
      expect(bayesianAverage).to.be.within(1, 4.49);
    });

    it('is there for a product without reviews', async () => {
      const { id } = await system.createProduct();
      expect(await rating(id)).to.deep.include({
        averageRating: null,
        reviewCount: 0,
        version: 0,
        updatedAt: null,
      });
    });

    it('is a 304 for a client that has it, and new after a review', async () => {
      const product = await ratedProduct(2);
      const path = `/api/products/${product.id}/rating`;
      const etag = (await system.get(path)).headers.get('etag')!;
      expect((await system.get(path, { 'If-None-Match': etag })).status).to.equal(304);
      await system.createReview(product.id);
      await counted(product.id, 2);
      expect((await system.get(path, { 'If-None-Match': etag })).status).to.equal(200);
    });

    it('agrees with the product', async () => {
      const product = await ratedProduct(1, 2, 2);
      const { averageRating, reviewCount, ratingDistribution } = await rating(product.id);
      expect(product).to.deep.include({ averageRating, reviewCount, ratingDistribution });
    });
  });

  describe('GET /api/ratings', () => {
    it('gives many ratings in the order asked for, and leaves out what does not exist', async () => {
      const [first, second] = [await ratedProduct(5), await ratedProduct(3)];
      const unknown = '01890000-0000-7000-8000-000000000000';
      const ids = [second.id.toUpperCase(), unknown, first.id];
      const { status, body, headers } = await system.get<Page<Rating>>(
        `/api/ratings?productIds=${ids.join()}`,
      );
      expect(status).to.equal(200);
      expect(body).to.deep.equal({
        data: [await rating(second.id), await rating(first.id)],
        nextCursor: null,
      });
      expect(headers.get('link')).to.equal(null);
    });

    it('gives a rating once, however often it is asked for', async () => {
      const { id } = await ratedProduct(5);
      const { data } = await system.page<Rating>(`/api/ratings?productIds=${id},${id.toUpperCase()},${id}`);
      expect(data.map(({ productId }) => productId)).to.deep.equal([id]);
    });

    it('takes 100 products', async () => {
      const { id } = await ratedProduct(4);
      const unknown = Array.from(
        { length: 99 },
        (_, n) => `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`,
      );
      const { data } = await system.page<Rating>(`/api/ratings?productIds=${[...unknown, id].join()}`);
      expect(data).to.deep.equal([await rating(id)]);
    });

    it('takes no more than 100 products', async () => {
      const ids = Array.from(
        { length: 101 },
        (_, n) => `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`,
      );
      expect((await system.get(`/api/ratings?productIds=${ids.join()}`)).status).to.equal(400);
    });
  });

  for (const path of ['/api/ratings', '/api/products/01890000-0000-7000-8000-000000000000/rating']) {
    it(`OPTIONS tells the methods of ${path}`, async () => {
      const { status, headers } = await system.request('OPTIONS', path);
      expect(status).to.equal(204);
      expect(headers.get('allow')).to.equal('GET, HEAD, OPTIONS');
    });
  }
});
