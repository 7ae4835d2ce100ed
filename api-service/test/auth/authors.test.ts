import { expect } from 'chai';
import { startApi, type Api } from '../support/api.ts';
import { newReview, type Problem, type Review } from '../support/http-client.ts';
import { tokenOf } from '../support/tokens.ts';

describe('the author of a review', () => {
  let api: Api;
  before(async () => {
    api = await startApi();
  });
  after(() => api.stop());

  const write = async (subject: string, productId: string) =>
    api.request<Review & Problem>('POST', '/api/reviews', {
      json: newReview(productId),
      token: await tokenOf({ subject }),
    });

  it('is the subject of the token', async () => {
    const { id } = await api.createProduct();
    const { body } = await write('customer-7', id);
    expect(body.author).to.deep.equal({ id: 'customer-7', name: 'Ada' });
    expect((await api.review(body.id)).author).to.deep.equal(body.author);
  });

  it('writes one of each product: of a second the answer says where the first is', async () => {
    const { id } = await api.createProduct();
    const first = await write('customer-8', id);
    const second = await write('customer-8', id);
    expect({ status: second.status, code: second.body.code }).to.deep.equal({
      status: 409,
      code: 'REVIEW_EXISTS',
    });
    expect(second.headers.get('location')).to.equal(first.headers.get('location'));
    expect((await write('customer-8', (await api.createProduct()).id)).status).to.equal(201);
    expect((await write('customer-9', id)).status).to.equal(201);
  });

  it('writes one of several sent at once', async () => {
    const { id } = await api.createProduct();
    const answers = await Promise.all(Array.from({ length: 10 }, () => write('customer-10', id)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, ...Array<number>(9).fill(409)]);
    const { data } = await api.page<Review>(`/api/products/${id}/reviews`);
    expect(data).to.have.length(1);
  });

  it('stands in the way of nobody who writes in the same moment', async () => {
    const { id } = await api.createProduct();
    const subjects = ['a', 'b', 'a', 'c', 'b', 'd'];
    const answers = await Promise.all(subjects.map((subject) => write(subject, id)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 201, 201, 201, 409, 409]);
    const { data } = await api.page<Review>(`/api/products/${id}/reviews`);
    expect(data.map(({ author }) => author.id)).to.have.members(['a', 'b', 'c', 'd']);
  });

  it('may write another once the first is deleted', async () => {
    const { id } = await api.createProduct();
    const { body } = await write('customer-11', id);
    const token = await tokenOf({ subject: 'customer-11' });
    expect((await api.request('DELETE', `/api/reviews/${body.id}`, { token })).status).to.equal(204);
    expect((await write('customer-11', id)).status).to.equal(201);
  });

  it('stays the same when a moderator edits it', async () => {
    const { id } = await api.createProduct();
    const { body } = await write('customer-12', id);
    const token = await tokenOf({ role: 'moderator' });
    const json = { rating: 1 };
    const edited = await api.request<Review>('PATCH', `/api/reviews/${body.id}`, { json, token });
    expect(edited.body.author).to.deep.equal({ id: 'customer-12', name: 'Ada' });
  });
});
