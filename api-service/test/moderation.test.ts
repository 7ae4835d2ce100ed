import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import { expectCode } from './accounts/support.ts';
import type { Review } from './support/http-client.ts';
import { startSystem, type System } from './support/system.ts';
import { tokenOf } from './support/tokens.ts';

describe('a moderator', () => {
  let system: System;
  before(async () => {
    system = await startSystem();
  });
  after(() => system.stop());

  const patch = (id: string, token: string, json: object) =>
    system.request<Review>('PATCH', `/api/reviews/${id}`, { json, token });

  it('takes a review out of the list and the rating by its status, and back in', async () => {
    const product = await system.createProduct();
    const { id } = await system.createReview(product.id, { rating: 1 });
    await system.createReview(product.id, { rating: 5 });
    const token = await tokenOf({ role: 'moderator' });
    const path = `/api/products/${product.id}/reviews`;
    const averageOf = async () => (await system.product(product.id)).averageRating;

    const rejected = await patch(id, token, { status: 'rejected' });
    expect(rejected.body).to.include({ status: 'rejected', version: 2 });
    expect((await system.page<Review>(path)).data.map((review) => review.id)).to.not.include(id);
    expect(await system.review(id)).to.include({ status: 'rejected' });
    await waitFor('the rating without it', async () => (await averageOf()) === 5);

    await patch(id, token, { status: 'approved' });
    expect((await system.page<Review>(path)).data.map((review) => review.id)).to.include(id);
    await waitFor('the rating with it', async () => (await averageOf()) === 3);
  });

  it('alone decides on it, and not the author', async () => {
    const product = await system.createProduct();
    const token = await tokenOf();
    const { body } = await system.request<Review>('POST', '/api/reviews', {
      json: { productId: product.id, rating: 5 },
      token,
    });
    expectCode(await patch(body.id, token, { status: 'approved' }), 403, 'STATUS_IS_MODERATED');
    expectCode(
      await patch(body.id, await tokenOf({ role: 'moderator' }), { status: 'gone' }),
      400,
      'INPUT_INVALID',
    );
  });
});
