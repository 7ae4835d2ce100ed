import { expect } from 'chai';
import { startApi, type Api } from '../support/api.ts';
import { endpoints, title, urlOf, type Endpoint } from '../support/endpoints.ts';
import { newProduct, type Problem } from '../support/http-client.ts';
import { tokenOf } from '../support/tokens.ts';

const callers = ['nobody', 'its author', 'another customer', 'a moderator', 'an admin'] as const;
type Caller = (typeof callers)[number];

const everybody = Object.fromEntries(callers.map((caller) => [caller, 'yes'])) as Record<Caller, string>;
const admins = {
  nobody: 'TOKEN_MISSING',
  'its author': 'ROLE_MISSING',
  'another customer': 'ROLE_MISSING',
  'a moderator': 'ROLE_MISSING',
  'an admin': 'yes',
};
const owners = { ...everybody, nobody: 'TOKEN_MISSING', 'another customer': 'REVIEW_OF_ANOTHER' };

/** Who may do what: `yes`, or the code of the problem. */
const table: Record<string, Record<Caller, string>> = {
  'POST /api/products': admins,
  'PUT /api/products/:id': admins,
  'PATCH /api/products/:id': admins,
  'DELETE /api/products/:id': admins,
  'POST /api/reviews': { ...everybody, nobody: 'TOKEN_MISSING', 'its author': 'REVIEW_EXISTS' },
  'PUT /api/reviews/:id': owners,
  'PATCH /api/reviews/:id': owners,
  'DELETE /api/reviews/:id': owners,
};

const statuses: Record<string, number> = {
  TOKEN_MISSING: 401,
  ROLE_MISSING: 403,
  REVIEW_OF_ANOTHER: 403,
  REVIEW_EXISTS: 409,
};

describe('who may do what', () => {
  let api: Api;
  before(async () => {
    api = await startApi();
  });
  after(() => api.stop());

  const tokens: Record<Caller, () => Promise<string | null>> = {
    nobody: async () => null,
    'its author': () => tokenOf({ subject: 'author' }),
    'another customer': () => tokenOf(),
    'a moderator': () => tokenOf({ role: 'moderator' }),
    'an admin': () => tokenOf({ role: 'admin' }),
  };

  it('is told of every endpoint', () => {
    const writing = endpoints.filter(({ method }) => method !== 'GET').map(title);
    expect(writing).to.have.members(Object.keys(table));
  });

  async function ask(endpoint: Endpoint, caller: Caller) {
    const product = await api.createProduct();
    const review = await expectReview(product.id);
    const isOfReview = endpoint.path.startsWith('/api/reviews');
    const path = urlOf(endpoint, isOfReview ? review : product.id);
    const json = endpoint.body?.(product.id);
    const answer = await api.request<Problem>(endpoint.method, path, { json, token: await tokens[caller]() });
    return { product, review, answer };
  }

  async function expectReview(productId: string): Promise<string> {
    const token = await tokenOf({ subject: 'author' });
    const { status, body } = await api.request<{ id: string }>('POST', '/api/reviews', {
      json: { productId, rating: 5 },
      token,
    });
    expect(status).to.equal(201);
    return body.id;
  }

  for (const endpoint of endpoints)
    for (const caller of callers) {
      const expected = (table[title(endpoint)] ?? everybody)[caller];
      it(`${title(endpoint)} by ${caller}: ${expected}`, async () => {
        const { product, review, answer } = await ask(endpoint, caller);
        if (expected === 'yes') return expect(answer.status).to.be.within(200, 299);
        expect({ status: answer.status, code: answer.body.code }).to.deep.equal({
          status: statuses[expected],
          code: expected,
        });
        // And nothing has changed.
        expect(await api.product(product.id)).to.include({ name: product.name, version: 1 });
        expect(await api.review(review)).to.include({ rating: 5, version: 1 });
      });
    }

  it('tells a customer who may not do it of a product only that, whether or not it exists', async () => {
    const token = await tokenOf();
    const path = '/api/products/01890000-0000-7000-8000-000000000000';
    const { status } = await api.request('PUT', path, { json: newProduct(), token });
    expect(status).to.equal(403);
  });
});

describe('without authentication (AUTH=off)', () => {
  let api: Api;
  before(async () => {
    api = await startApi({ auth: null });
  });
  after(() => api.stop());

  it('lets everybody do everything, as nobody', async () => {
    const product = await api.request<{ id: string }>('POST', '/api/products', {
      json: newProduct(),
      token: null,
    });
    expect(product.status).to.equal(201);
    for (let n = 0; n < 2; n++) {
      const { status, body } = await api.request<{ id: string; author: object }>('POST', '/api/reviews', {
        json: { productId: product.body.id, rating: 5 },
        token: null,
      });
      expect({ status, author: body.author }).to.deep.equal({
        status: 201,
        author: { id: null, name: null },
      });
      expect((await api.request('DELETE', `/api/reviews/${body.id}`, { token: null })).status).to.equal(204);
    }
  });
});
