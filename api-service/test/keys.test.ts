import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Client } from 'pg';
import { Sequelize } from 'sequelize';
import { waitFor } from 'ct-common-lib/testing';
import { createApiKeyRepository } from '../src/keys/api-key.repository.ts';
import { createApiKeyService } from '../src/keys/api-key.service.ts';
import { createApiKey } from '../src/keys/api-key.ts';
import { expectCode } from './accounts/support.ts';
import { connect, silent, startApi, type Api } from './support/api.ts';
import { unknownId } from './support/endpoints.ts';
import { newApiKey, newProduct, newReview, type Problem, type Review } from './support/http-client.ts';
import { tokenOf } from './support/tokens.ts';

interface Key {
  id: string;
  key: string;
  prefix: string;
  scopes: string[];
  lastUsedAt: string | null;
  revokedAt: string | null;
}

const codeOf = (error: unknown) => (error as { code?: string }).code;

describe('API keys', () => {
  let api: Api;
  let db: Client;
  before(async () => {
    api = await startApi();
    db = await connect(api.databaseUrl);
  });
  after(async () => {
    await db.end();
    await api.stop();
  });

  async function create(...scopes: string[]): Promise<Key> {
    const { status, body } = await api.post<Key>('/api/keys', newApiKey({ scopes }));
    expect(status).to.equal(201);
    return body;
  }
  const write = (token: string, path = '/api/products', json: object = newProduct()) =>
    api.request<Review>('POST', path, { json, token });

  it('are shown once, and stored as a hash', async () => {
    const { id, key, prefix } = await create('products:write');
    expect(key).to.match(/^ctr_[0-9a-f]{12}_[\w-]{43}$/);
    const { body } = await api.get<Key>(`/api/keys/${id}`);
    expect(body).to.include({ id, prefix, lastUsedAt: null, revokedAt: null }).and.not.have.property('key');
    const listed = await api.page<Key>('/api/keys');
    expect(listed.data[0]).to.deep.equal(body);
    const { rows } = await db.query<{ row: string }>('SELECT k::text AS row FROM api_keys k');
    for (const { row } of rows) expect(row).to.not.contain(key.slice(17));
  });

  it('are shown again to whoever repeats the request with its Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const token = await tokenOf({ role: 'admin' });
    const create = () => api.request<Key>('POST', '/api/keys', { json: newApiKey(), headers, token });
    const [first, again] = [await create(), await create()];
    expect(again.body).to.deep.equal(first.body);
    expect(again.headers.get('idempotency-replayed')).to.equal('true');
  });

  it('do what their scopes say, and no more', async () => {
    const products = await create('products:write');
    expect((await write(products.key)).status).to.equal(201);
    const { id: productId } = await api.createProduct();
    expectCode(await write(products.key, '/api/reviews', newReview(productId)), 403, 'SCOPE_MISSING');
  });

  for (const [what, given] of [
    ['keys', { scopes: ['keys:manage'] }],
    ['accounts', { scopes: ['accounts:manage'] }],
    ['nothing', { scopes: [] }],
    ['the same twice', { scopes: ['reviews:write', 'reviews:write'] }],
    ['a time that is over', { expiresAt: '2020-01-01T00:00:00Z' }],
    ['no name', { name: ' ' }],
  ] as const) {
    it(`are not made for ${what}`, async () => {
      expectCode(await api.post('/api/keys', newApiKey(given)), 400, 'INPUT_INVALID');
    });
  }

  it('let a server write for its customers, one review of each product', async () => {
    const { key } = await create('reviews:write');
    const { id: productId } = await api.createProduct();
    const json = newReview(productId, { authorId: 'customer-7' });
    const first = await write(key, '/api/reviews', json);
    expect(first.body.author.id).to.equal('customer-7');
    expectCode(await write(key, '/api/reviews', json), 409, 'REVIEW_EXISTS');
    const nobodys = newReview(productId);
    for (let n = 0; n < 2; n++) expect((await write(key, '/api/reviews', nobodys)).status).to.equal(201);
    const token = await tokenOf({ subject: 'customer-7' });
    const { status } = await api.request('PATCH', `/api/reviews/${first.body.id}`, {
      json: { rating: 1 },
      token,
    });
    expect(status).to.equal(200);
  });

  it('let nobody with a token write as somebody else', async () => {
    const { id: productId } = await api.createProduct();
    const json = newReview(productId, { authorId: 'customer-7' });
    expectCode(await write(await tokenOf(), '/api/reviews', json), 403, 'AUTHOR_IS_CALLER');
  });

  it('change no review without the scope to moderate, not even one without an author', async () => {
    const [writer, moderator] = [
      await create('reviews:write'),
      await create('reviews:moderate', 'reviews:write'),
    ];
    const { id: productId } = await api.createProduct();
    const { body } = await write(writer.key, '/api/reviews', newReview(productId));
    const patch = (token: string) =>
      api.request('PATCH', `/api/reviews/${body.id}`, { json: { rating: 1 }, token });
    expectCode(await patch(writer.key), 403, 'REVIEW_OF_ANOTHER');
    expect((await patch(moderator.key)).status).to.equal(200);
  });

  it('are refused from the moment on that they are revoked', async () => {
    const { id, key } = await create('products:write');
    await write(key);
    expect((await api.delete(`/api/keys/${id}`)).status).to.equal(204);
    const refused = await write(key);
    expectCode(refused, 401, 'KEY_INVALID');
    expect(refused.headers.get('www-authenticate')).to.match(/^Bearer error="invalid_token"/);
    expectCode(await api.delete(`/api/keys/${id}`), 404, 'KEY_NOT_FOUND');
    expect((await api.get<Key>(`/api/keys/${id}`)).body.revokedAt).to.be.a('string');
  });

  it('are revoked with If-Match only where that is their ETag', async () => {
    const { id, key } = await create('products:write');
    const path = `/api/keys/${id}`;
    const etag = (await api.get(path)).headers.get('etag')!;
    const revoke = (ifMatch: string, at = path) =>
      api.request<Problem>('DELETE', at, { headers: { 'If-Match': ifMatch } });
    for (const other of ['"2-abc"', `W/${etag}`, ''])
      expectCode(await revoke(other), 412, 'VERSION_MISMATCH');
    expect((await write(key)).status).to.equal(201);
    expect((await revoke(`"7-other", ${etag}`)).status).to.equal(204);
    expectCode(await write(key), 401, 'KEY_INVALID');
    for (const gone of [path, `/api/keys/${unknownId}`])
      expectCode(await revoke('"2-abc"', gone), 404, 'KEY_NOT_FOUND');
  });

  it('are refused when they have expired', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { body } = await api.post<Key>('/api/keys', newApiKey({ scopes: ['products:write'], expiresAt }));
    expect((await write(body.key)).status).to.equal(201);
    await db.query('UPDATE api_keys SET expires_at = now() WHERE id = $1', [body.id]);
    expectCode(await write(body.key), 401, 'KEY_INVALID');
  });

  it('are refused when any of their characters is another', async () => {
    const { key } = await create('products:write');
    const changed = (at: number) => key.slice(0, at) + (key[at] === 'a' ? 'b' : 'a') + key.slice(at + 1);
    for (const wrong of [changed(6), changed(20), changed(59), key.slice(0, -1), `${key}a`, 'ctr_', 'ctr_x'])
      expectCode(await write(wrong), 401, 'KEY_INVALID');
  });

  it('tell when they were last used', async () => {
    const { id, key } = await create('products:write');
    await write(key);
    const lastUse = async () => (await api.get<Key>(`/api/keys/${id}`)).body.lastUsedAt;
    const first = await waitFor('a first use', lastUse);
    expect(Date.now() - Date.parse(first)).to.be.below(60_000);
    await db.query(`UPDATE api_keys SET last_used_at = now() - interval '2 minutes' WHERE id = $1`, [id]);
    await write(key);
    await waitFor('another use', async () => (await lastUse())! >= first);
  });

  it('are looked up with one statement when many come at once, so that to try some out costs little', async () => {
    const { key } = await create('products:write');
    const statements: string[] = [];
    const sequelize = new Sequelize(api.databaseUrl, { logging: (sql) => void statements.push(sql) });
    const service = createApiKeyService({ keys: createApiKeyRepository(sequelize), log: silent });
    const madeUp = Array.from({ length: 50 }, () => createApiKey().key);
    const outcomes = await Promise.all(
      [...madeUp, key].map((shown) => service.check(shown).then(({ scopes }) => scopes, codeOf)),
    );
    await sequelize.close();
    expect(outcomes).to.deep.equal([...Array<string>(50).fill('KEY_INVALID'), ['products:write']]);
    expect(statements.filter((sql) => sql.includes('SELECT "id"'))).to.have.length(1);
  });

  it('have idempotency keys of their own', async () => {
    const [one, other] = [await create('products:write'), await create('products:write')];
    const headers = { 'Idempotency-Key': randomUUID() };
    const post = (token: string) =>
      api.request<{ id: string }>('POST', '/api/products', { json: newProduct(), token, headers });
    expect((await post(one.key)).body.id).to.not.equal((await post(other.key)).body.id);
  });
});
