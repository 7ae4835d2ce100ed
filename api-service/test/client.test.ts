import { expect } from 'chai';
import { ApiError, createClient } from 'ct-common-lib/client';
import { startApi, type Api } from './support/api.ts';
import { newProduct } from './support/http-client.ts';
import { newAdmin } from './support/tokens.ts';

const caught = (asked: Promise<unknown>) => asked.catch((error: unknown) => error);

describe('the client of the library', () => {
  let api: Api;
  before(async () => {
    api = await startApi();
  });
  after(() => api.stop());

  it('creates, reads, edits, lists and deletes', async () => {
    const client = createClient({ baseUrl: api.baseUrl, token: newAdmin });
    const { data: product, headers } = await client.createProduct({ body: newProduct() });
    const reviews = await Promise.all(
      [1, 2, 3, 4, 5].map((rating) => client.createReview({ body: { productId: product.id, rating } })),
    );
    const first = { path: { id: reviews[0]!.data.id } };
    expect((await client.patchReview({ ...first, body: { rating: 2 } })).data.rating).to.equal(2);
    await client.deleteReview({ path: { id: reviews[4]!.data.id } });

    const ratings: number[] = [];
    const query = { limit: '2', sort: '-rating' } as const;
    for await (const { rating } of client.each('listReviews', { path: { id: product.id }, query }))
      ratings.push(rating);
    expect(ratings).to.deep.equal([4, 3, 2, 2]);
    // A page that one has already would have no items.
    const conditional = { headers: { 'If-None-Match': '*' } } as object;
    for await (const { id } of client.each('listProducts', conditional)) expect(id).to.be.a('string');

    const etag = headers.get('etag')!;
    const body = { name: 'Kettle' };
    await client.patchProduct({ path: { id: product.id }, body, headers: { 'If-Match': etag } });
    const late = await caught(
      client.patchProduct({ path: { id: product.id }, body, headers: { 'If-Match': etag } }),
    );
    expect(late).to.be.instanceOf(ApiError).with.nested.property('problem.code', 'VERSION_MISMATCH');
    const readable = await client.listRatings({ query: { productIds: product.id } });
    expect(readable.data.data[0]).to.include({ productId: product.id });
  });

  it('has a method for each operation', async () => {
    const { body } = await api.get<{ paths: Record<string, Record<string, { operationId: string }>> }>(
      '/openapi.json',
    );
    const ids = Object.values(body.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    const { each: _each, ...methods } = createClient({ baseUrl: api.baseUrl });
    expect(Object.keys(methods)).to.have.members(ids);
  });
});
