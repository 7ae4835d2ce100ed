import { expect } from 'chai';
import type { Client } from 'pg';
import { waitFor } from 'ct-common-lib/testing';
import { reviewSorts } from '../../src/reviews/review.schema.ts';
import { connect, startApi, type Api } from '../support/api.ts';
import type { Product, Review } from '../support/http-client.ts';
import { walk } from '../support/walk.ts';

const ids = (items: { id: string }[]) => items.map(({ id }) => id);

describe('the list of reviews', () => {
  let api: Api;
  let db: Client;
  let product: Product;
  before(async () => {
    api = await startApi();
    db = await connect(api.databaseUrl);
  });
  after(async () => {
    await db.end();
    await api.stop();
  });
  beforeEach(async () => {
    product = await api.createProduct();
  });

  /** Reviews with these stars, created in this order. */
  async function createReviews(...stars: number[]): Promise<Review[]> {
    const reviews: Review[] = [];
    for (const rating of stars) reviews.push(await api.createReview(product.id, { rating }));
    return reviews;
  }

  const path = (query = '') => `/api/products/${product.id}/reviews?limit=2&${query}`;
  const listed = (query = '') => walk<Review>(api, path(query));

  it('is empty at first', async () => {
    expect(await api.page(`/api/products/${product.id}/reviews`)).to.deep.equal({
      data: [],
      nextCursor: null,
    });
  });

  it('is a 304 for a client that has it, and new once a review in it, or behind it, has changed', async () => {
    const [, newest] = await createReviews(1, 2);
    const page = path();
    const etagOf = async () => (await api.get(page)).headers.get('etag')!;
    const first = await etagOf();
    const repeated = await api.get(page, { 'If-None-Match': first });
    expect([repeated.status, repeated.body]).to.deep.equal([304, undefined]);
    await api.patch(`/api/reviews/${newest!.id}`, { title: 'Better' });
    const second = await etagOf();
    expect((await api.get(page, { 'If-None-Match': first })).status).to.equal(200);
    // Now there is a next page.
    await db.query(
      `INSERT INTO reviews (product_id, rating, created_at) VALUES ($1, 3, now() - interval '1 day')`,
      [product.id],
    );
    await waitFor('the next page', async () => (await etagOf()) !== second);
  });

  it('takes the product id in upper case', async () => {
    const [review] = await createReviews(4);
    const { data } = await api.page<Review>(`/api/products/${product.id.toUpperCase()}/reviews`);
    expect(data).to.deep.equal([review]);
  });

  it('holds the reviews of this product alone', async () => {
    const other = await api.createProduct();
    await api.createReview(other.id);
    const reviews = await createReviews(1, 2, 3);
    expect(ids(await listed('sort=createdAt'))).to.have.members(ids(reviews));
  });

  it('is sorted by time, the newest first unless told otherwise', async () => {
    await createReviews(1, 2, 3, 4, 5);
    const times = (reviews: Review[]) => reviews.map(({ createdAt }) => createdAt);
    const ascending = await listed('sort=createdAt');
    expect(times(ascending)).to.deep.equal(times(ascending).toSorted());
    expect(await listed()).to.deep.equal(ascending.toReversed());
    expect(await listed('sort=-createdAt')).to.deep.equal(ascending.toReversed());
  });

  it('is sorted by stars', async () => {
    await createReviews(3, 5, 1, 5, 3);
    const stars = (reviews: Review[]) => reviews.map(({ rating }) => rating);
    expect(stars(await listed('sort=rating'))).to.deep.equal([1, 3, 3, 5, 5]);
    expect(stars(await listed('sort=-rating'))).to.deep.equal([5, 5, 3, 3, 1]);
  });

  it('is filtered by stars', async () => {
    await createReviews(1, 2, 3, 4, 5, 5);
    for (const [filter, count] of [
      ['5', 2],
      ['4,5', 3],
      ['5,4,5', 3],
      ['1,2,3,4,5', 6],
      ['2', 1],
    ] as const) {
      for (const sort of reviewSorts) {
        const reviews = await listed(`rating=${filter}&sort=${sort}`);
        expect(reviews).to.have.length(count);
        for (const { rating } of reviews) expect(filter).to.include(String(rating));
      }
    }
  });

  it('leaves out what is not approved', async () => {
    const [first, second, third] = await createReviews(1, 2, 3);
    await db.query(`UPDATE reviews SET status = 'pending' WHERE id = $1`, [first!.id]);
    await db.query(`UPDATE reviews SET status = 'rejected' WHERE id = $1`, [second!.id]);
    const left = await waitFor('the two to go', async () => {
      const reviews = await listed();
      return reviews.length === 1 ? reviews : null;
    });
    expect(ids(left)).to.deep.equal([third!.id]);
  });

  it('loses a review at once when it is deleted', async () => {
    const [first, second] = await createReviews(1, 2);
    expect(await listed()).to.have.length(2);
    await api.delete(`/api/reviews/${first!.id}`);
    expect(ids(await listed())).to.deep.equal([second!.id]);
    await api.delete(`/api/reviews/${second!.id}`);
    expect(await listed()).to.deep.equal([]);
  });

  it('shows an edited review as the review itself is shown', async () => {
    const [first] = await createReviews(1, 2);
    await listed();
    await api.patch(`/api/reviews/${first!.id}`, { text: 'On second thought' });
    const reviews = await listed('sort=createdAt');
    for (const review of reviews) expect(review).to.deep.equal(await api.review(review.id));
    expect(reviews.map(({ text }) => text)).to.include('On second thought');
  });

  for (const sort of reviewSorts) {
    it(`by ${sort} gives every review once while others come and go between the pages`, async () => {
      const staying = await createReviews(...Array.from({ length: 10 }, (_, n) => (n % 5) + 1));
      const going = await createReviews(1, 5, 3);
      const seen = await walk<Review>(api, path(`sort=${sort}`), async () => {
        await api.createReview(product.id, { rating: 3 });
        const next = going.pop();
        if (next) await api.delete(`/api/reviews/${next.id}`);
      });
      expect(new Set(ids(seen)).size, 'none twice').to.equal(seen.length);
      expect(ids(seen)).to.include.members(ids(staying));
    });
  }
});
