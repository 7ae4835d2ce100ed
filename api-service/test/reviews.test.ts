import { expect } from 'chai';
import { startApi, type Api } from './support/api.ts';
import { newReview, type Problem, type Product, type Review } from './support/http-client.ts';

const unknownId = '01890000-0000-7000-8000-000000000000';

describe('reviews', () => {
  let api: Api;
  let product: Product;
  before(async () => {
    api = await startApi();
    product = await api.createProduct();
  });
  after(() => api.stop());

  describe('POST', () => {
    it('creates a review that counts, and says where it is', async () => {
      const answer = await api.post<Review>('/api/reviews', newReview(product.id, { rating: 4 }));
      expect(answer.status).to.equal(201);
      const { id, createdAt, updatedAt, author, ...rest } = answer.body;
      expect(author.name).to.equal('Ada');
      expect(rest).to.deep.equal({
        productId: product.id,
        rating: 4,
        title: 'Fine',
        text: 'Grinds evenly.',
        status: 'approved',
        version: 1,
      });
      expect(updatedAt).to.equal(createdAt);
      expect(answer.headers.get('location')).to.equal(`/api/reviews/${id}`);
      const read = await api.get<Review>(`/api/reviews/${id}`);
      expect(read.body).to.deep.equal(answer.body);
      expect(read.headers.get('etag')).to.equal(answer.headers.get('etag'));
    });

    it('takes a review without any text', async () => {
      const { status, body } = await api.post<Review>('/api/reviews', { productId: product.id, rating: 1 });
      expect(status).to.equal(201);
      expect(body).to.include({ rating: 1, title: null, text: null });
      expect(body.author.name).to.equal(null);
    });

    it('takes the product id in upper case', async () => {
      const review = await api.createReview(product.id.toUpperCase());
      expect(review.productId).to.equal(product.id);
    });

    it('takes texts up to their limits', async () => {
      const texts = { title: '字'.repeat(200), text: '字'.repeat(10_000), authorName: '字'.repeat(100) };
      const { id } = await api.createReview(product.id, texts);
      const review = await api.review(id);
      expect(review).to.include({ title: texts.title, text: texts.text });
      expect(review.author.name).to.equal(texts.authorName);
    });

    it('refuses a review of no product', async () => {
      const { status, body } = await api.post<Problem>('/api/reviews', newReview(unknownId));
      expect(status).to.equal(404);
      expect(body.code).to.equal('PRODUCT_NOT_FOUND');
    });

    it('creates what comes at once, and refuses what is wrong of it alone', async () => {
      const sent = [1, 2, 3, 4, 5].flatMap((rating) => [
        newReview(product.id, { rating }),
        newReview(unknownId, { rating }),
      ]);
      const answers = await Promise.all(sent.map((review) => api.post<Review>('/api/reviews', review)));
      for (const [i, { status, body }] of answers.entries()) {
        const { productId, rating } = sent[i]!;
        if (productId === unknownId) expect(status).to.equal(404);
        else expect(body).to.include({ productId, rating, version: 1 });
      }
    });
  });

  describe('GET of one', () => {
    it('takes an id in upper case for the same review', async () => {
      const review = await api.createReview(product.id);
      expect(await api.review(review.id.toUpperCase())).to.deep.equal(review);
    });

    it('is a 304 for a client that has it, and new to one whose ETag is old', async () => {
      const { id } = await api.createReview(product.id);
      const path = `/api/reviews/${id}`;
      const etag = (await api.get(path)).headers.get('etag')!;
      for (const header of [etag, `W/${etag}`, `"0", ${etag}`, '*'])
        expect((await api.get(path, { 'If-None-Match': header })).status).to.equal(304);
      await api.patch(path, { rating: 2 });
      const { status, body } = await api.get<Review>(path, { 'If-None-Match': etag });
      expect(status).to.equal(200);
      expect(body.rating).to.equal(2);
    });

    it('answers HEAD like GET, without the body', async () => {
      const { id } = await api.createReview(product.id);
      const get = await api.get(`/api/reviews/${id}`);
      const head = await api.request('HEAD', `/api/reviews/${id}`);
      expect(head.status).to.equal(200);
      expect(head.body).to.equal(undefined);
      for (const name of ['etag', 'content-type', 'content-length'])
        expect(head.headers.get(name)).to.equal(get.headers.get(name));
    });
  });

  describe('PUT', () => {
    it('replaces the whole review: what is left out becomes null', async () => {
      const created = await api.createReview(product.id);
      const { status, body } = await api.put<Review>(`/api/reviews/${created.id}`, { rating: 3 });
      expect(status).to.equal(200);
      expect(body).to.deep.equal({
        ...created,
        rating: 3,
        title: null,
        text: null,
        author: { id: created.author.id, name: null },
        version: 2,
        updatedAt: body.updatedAt,
      });
      expect(await api.review(created.id)).to.deep.equal(body);
    });
  });

  describe('PATCH', () => {
    it('changes what is named and leaves the rest', async () => {
      const created = await api.createReview(product.id);
      const { status, body } = await api.patch<Review>(`/api/reviews/${created.id}`, { rating: 1 });
      expect(status).to.equal(200);
      expect(body).to.deep.equal({ ...created, rating: 1, version: 2, updatedAt: body.updatedAt });
      expect(await api.review(created.id)).to.deep.equal(body);
    });

    it('clears what is null', async () => {
      const created = await api.createReview(product.id);
      const patch = { title: null, text: null, authorName: null };
      const { body } = await api.patch<Review>(`/api/reviews/${created.id}`, patch);
      expect(body).to.include({ title: null, text: null, rating: created.rating });
      expect(body.author.name).to.equal(null);
    });

    it('changes nothing, the version neither, if it is empty', async () => {
      const created = await api.createReview(product.id);
      const { status, body } = await api.patch<Review>(`/api/reviews/${created.id}`, {});
      expect(status).to.equal(200);
      expect(body).to.deep.equal(created);
    });
  });

  describe('its product', () => {
    it('may be repeated by PUT and PATCH, in any case', async () => {
      const { id } = await api.createReview(product.id);
      for (const productId of [product.id, product.id.toUpperCase()]) {
        const body = { productId, rating: 4 };
        expect((await api.put(`/api/reviews/${id}`, body)).status).to.equal(200);
        expect((await api.patch(`/api/reviews/${id}`, body)).status).to.equal(200);
      }
    });

    it('never changes', async () => {
      const other = await api.createProduct();
      const created = await api.createReview(product.id);
      const path = `/api/reviews/${created.id}`;
      const moved = { productId: other.id, rating: 1 };
      for (const answer of [await api.put<Problem>(path, moved), await api.patch<Problem>(path, moved)]) {
        expect(answer.status).to.equal(400);
        expect(answer.body.code).to.equal('PRODUCT_IS_FIXED');
        expect(answer.body.errors?.[0]?.pointer).to.equal('/productId');
      }
      expect(await api.review(created.id)).to.deep.equal(created);
    });
  });

  describe('DELETE', () => {
    it('deletes for good', async () => {
      const { id } = await api.createReview(product.id);
      const deleted = await api.delete(`/api/reviews/${id}`);
      expect(deleted.status).to.equal(204);
      expect(deleted.body).to.equal(undefined);
      const path = `/api/reviews/${id}`;
      const answers = [
        await api.get<Problem>(path),
        await api.put<Problem>(path, { rating: 1 }),
        await api.patch<Problem>(path, { rating: 1 }),
        await api.patch<Problem>(path, {}),
        await api.request<Problem>('DELETE', path),
      ];
      for (const { status, body } of answers) {
        expect(status).to.equal(404);
        expect(body.code).to.equal('REVIEW_NOT_FOUND');
      }
    });
  });

  describe('OPTIONS', () => {
    for (const [path, allow] of [
      ['/api/reviews', 'OPTIONS, POST'],
      [`/api/reviews/${unknownId}`, 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT'],
      [`/api/products/${unknownId}/reviews`, 'GET, HEAD, OPTIONS'],
    ] as const) {
      it(`tells the methods of ${path}`, async () => {
        const { status, headers } = await api.request('OPTIONS', path);
        expect(status).to.equal(204);
        expect(headers.get('allow')).to.equal(allow);
      });
    }
  });
});
