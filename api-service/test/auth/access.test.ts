import { expect } from 'chai';
import type { Client } from 'pg';
import { loadConfig } from 'ct-common-lib';
import { hashPassword } from '../../src/accounts/password.ts';
import type { Role } from '../../src/auth/scopes.ts';
import { configSchema } from '../../src/config.ts';
import { connect, startApi, type Api } from '../support/api.ts';
import { endpoints, title, urlOf, type Endpoint } from '../support/endpoints.ts';
import { newAccount, newApiKey, newProduct, password, type Problem } from '../support/http-client.ts';
import { tokenOf } from '../support/tokens.ts';

const callers = [
  'nobody',
  'its author',
  'another customer',
  'a moderator',
  'an admin',
  'a key for reviews',
  'a key for products',
  'a key for moderation',
  'a customer who has logged in',
  'an admin who has logged in',
  'an expired token',
  'a changed token',
  'an expired key',
  'a revoked key',
] as const;
type Caller = (typeof callers)[number];

const all = (outcome: string) =>
  Object.fromEntries(callers.map((caller) => [caller, outcome])) as Record<Caller, string>;
const everybody = all('yes');
/** Where anything is asked for at all. */
const strangers = {
  nobody: 'TOKEN_MISSING',
  'an expired token': 'TOKEN_EXPIRED',
  'a changed token': 'TOKEN_INVALID',
  'an expired key': 'KEY_INVALID',
  'a revoked key': 'KEY_INVALID',
};
const admins = {
  ...all('SCOPE_MISSING'),
  ...strangers,
  'an admin': 'yes',
  'an admin who has logged in': 'yes',
};
const productWriters = { ...admins, 'a key for products': 'yes' };
const reviewWriters = { ...everybody, ...strangers, 'a key for products': 'SCOPE_MISSING' };
const owners = {
  ...reviewWriters,
  'another customer': 'REVIEW_OF_ANOTHER',
  'a customer who has logged in': 'REVIEW_OF_ANOTHER',
  'a key for reviews': 'REVIEW_OF_ANOTHER',
};
/** Of their own account. */
const people = (outcome = 'yes') => ({
  ...all(outcome),
  ...strangers,
  'a key for reviews': 'SCOPE_MISSING',
  'a key for products': 'SCOPE_MISSING',
  'a key for moderation': 'SCOPE_MISSING',
});

/** Who may do what: `yes`, or the code of the problem. What is not here everybody may. */
const table: Record<string, Record<Caller, string>> = {
  'POST /api/products': productWriters,
  'PUT /api/products/:id': productWriters,
  'PATCH /api/products/:id': productWriters,
  'DELETE /api/products/:id': productWriters,
  'POST /api/reviews': { ...reviewWriters, 'its author': 'REVIEW_EXISTS' },
  'PUT /api/reviews/:id': owners,
  'PATCH /api/reviews/:id': owners,
  'DELETE /api/reviews/:id': owners,
  'POST /api/accounts': everybody,
  'GET /api/accounts': admins,
  'GET /api/accounts/:id': admins,
  'PATCH /api/accounts/:id': admins,
  'DELETE /api/accounts/:id': admins,
  'GET /api/account': people(),
  'POST /api/account/removal': people(),
  'PUT /api/account/password': people(),
  'POST /api/account/second-factor': people(),
  'POST /api/account/second-factor/confirmation': people('SECOND_FACTOR_OFF'),
  'POST /api/account/second-factor/removal': people('SECOND_FACTOR_OFF'),
  'POST /api/account/verification-mail': people(),
  'PUT /api/email-verification': all('LINK_INVALID'),
  'POST /api/password-reset': everybody,
  'PUT /api/password-reset': all('LINK_INVALID'),
  'POST /api/sessions': all('CREDENTIALS_WRONG'),
  'POST /api/sessions/refresh': all('REFRESH_TOKEN_INVALID'),
  'POST /api/sessions/logout': all('REFRESH_TOKEN_INVALID'),
  'POST /api/keys': admins,
  'GET /api/keys': admins,
  'GET /api/keys/:id': admins,
  'DELETE /api/keys/:id': admins,
};

const statuses: Record<string, number> = {
  LINK_INVALID: 400,
  TOKEN_MISSING: 401,
  TOKEN_EXPIRED: 401,
  TOKEN_INVALID: 401,
  KEY_INVALID: 401,
  CREDENTIALS_WRONG: 401,
  REFRESH_TOKEN_INVALID: 401,
  SCOPE_MISSING: 403,
  REVIEW_OF_ANOTHER: 403,
  REVIEW_EXISTS: 409,
  SECOND_FACTOR_OFF: 409,
};

describe('who may do what', () => {
  let api: Api;
  let db: Client;
  let passwordHash: string;
  let keys: Record<'reviews' | 'products' | 'moderation' | 'expired' | 'revoked', string>;
  before(async () => {
    api = await startApi();
    db = await connect(api.databaseUrl);
    passwordHash = await hashPassword(password);
    keys = {
      reviews: await newKey('reviews:write'),
      products: await newKey('products:write'),
      moderation: await newKey('reviews:moderate'),
      expired: await newKey('reviews:moderate', 'UPDATE api_keys SET expires_at = now() WHERE id = $1'),
      revoked: await newKey('reviews:moderate', 'UPDATE api_keys SET revoked_at = now() WHERE id = $1'),
    };
  });
  after(async () => {
    await db.end();
    await api.stop();
  });

  async function newKey(scope: string, ending?: string): Promise<string> {
    const json = newApiKey({ scopes: [scope] });
    const { status, body } = await api.request<{ id: string; key: string }>('POST', '/api/keys', { json });
    expect(status).to.equal(201);
    if (ending !== undefined) await db.query(ending, [body.id]);
    return body.key;
  }

  /** The id of a new account. */
  async function newPerson(role: Role, { email } = newAccount()): Promise<string> {
    const { rows } = await db.query<{ id: string }>(
      'INSERT INTO accounts (email, password_hash, role, email_verified_at) VALUES ($1, $2, $3, now()) RETURNING id',
      [email, passwordHash, role],
    );
    return rows[0]!.id;
  }

  async function logIn(role: Role): Promise<string> {
    const account = newAccount();
    await newPerson(role, account);
    const { status, body } = await api.post<{ accessToken: string }>('/api/sessions', account);
    expect(status).to.equal(201);
    return body.accessToken;
  }

  async function newPersonsToken(role: Role): Promise<string> {
    return tokenOf({ subject: await newPerson(role), role });
  }

  const tokens: Record<Caller, (author: string) => Promise<string | null>> = {
    nobody: async () => null,
    'its author': (author) => tokenOf({ subject: author }),
    'another customer': () => newPersonsToken('customer'),
    'a moderator': () => newPersonsToken('moderator'),
    'an admin': () => newPersonsToken('admin'),
    'a key for reviews': async () => keys.reviews,
    'a key for products': async () => keys.products,
    'a key for moderation': async () => keys.moderation,
    'a customer who has logged in': () => logIn('customer'),
    'an admin who has logged in': () => logIn('admin'),
    'an expired token': (author) => tokenOf({ subject: author, role: 'admin', hours: -1 }),
    'a changed token': async (author) => {
      const [header, payload, signature] = (await tokenOf({ subject: author })).split('.');
      const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
      const admin = Buffer.from(JSON.stringify({ ...claims, roles: ['admin'] })).toString('base64url');
      return [header, admin, signature].join('.');
    },
    'an expired key': async () => keys.expired,
    'a revoked key': async () => keys.revoked,
  };

  it('is told of every endpoint', () => {
    const writing = endpoints.filter(({ method }) => method !== 'GET').map(title);
    expect(Object.keys(table)).to.include.members(writing);
    expect(endpoints.map(title)).to.include.members(Object.keys(table));
  });

  async function ask(endpoint: Endpoint, caller: Caller) {
    const author = await newPerson('customer');
    const product = await api.createProduct();
    const review = await createReview(product.id, author);
    const ids: [string, () => string | Promise<string>][] = [
      ['/api/reviews', () => review],
      ['/api/accounts', () => author],
      ['/api/keys', newKeyId],
      ['/', () => product.id],
    ];
    const id = await ids.find(([below]) => endpoint.path.startsWith(below))![1]();
    const answer = await api.request<Problem>(endpoint.method, urlOf(endpoint, id), {
      json: endpoint.body?.(product.id),
      token: await tokens[caller](author),
    });
    return { product, review, answer };
  }

  async function newKeyId(): Promise<string> {
    const { body } = await api.request<{ id: string }>('POST', '/api/keys', { json: newApiKey() });
    return body.id;
  }

  async function createReview(productId: string, author: string): Promise<string> {
    const token = await tokenOf({ subject: author });
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

  it('holds each address to the limits that were set', async () => {
    const limits = loadConfig(configSchema, { AUTH: 'off', RATE_LIMIT_READS: '2' }).limits;
    const limited = await startApi({ auth: null, limits });
    try {
      const read = () => limited.request('GET', '/api/products', { token: null });
      const write = () => limited.request('POST', '/api/products', { json: newProduct(), token: null });
      const answers = [await read(), await read(), await read(), await write()];
      expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 429, 201]);
    } finally {
      await limited.stop();
    }
  });
});
