import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Client } from 'pg';
import { createSequelize } from 'ct-common-lib/postgres';
import { waitFor } from 'ct-common-lib/testing';
import { createSweeper } from '../src/db/sweeper.ts';
import { connect, silent, startApi, type Api } from './support/api.ts';
import {
  newProduct,
  newReview,
  type Answer,
  type Problem,
  type Product,
  type Review,
} from './support/http-client.ts';
import { tokenOf } from './support/tokens.ts';

type Body = Product & Review & Problem;

describe('Idempotency-Key', () => {
  let api: Api;
  let db: Client;
  let admin: string;
  before(async () => {
    api = await startApi();
    db = await connect(api.databaseUrl);
    admin = await tokenOf({ role: 'admin' });
  });
  after(async () => {
    await db?.end();
    await api?.stop();
  });

  const post = (path: string, json: object, key: string, token = admin) =>
    api.request<Body>('POST', path, { json, token, headers: { 'Idempotency-Key': key } });
  const isReplay = ({ headers }: Answer<Body>) => headers.get('idempotency-replayed') === 'true';
  const expectCode = ({ status, body }: Answer<Body>, expected: number, code: string) =>
    expect({ status, code: body.code }).to.deep.equal({ status: expected, code });
  const countOf = async (sku: string) =>
    (await db.query<{ count: number }>('SELECT count(*)::int FROM products WHERE sku = $1', [sku])).rows[0]!
      .count;

  for (const [what, path, bodyOf] of [
    ['product', '/api/products', async () => newProduct()],
    ['review', '/api/reviews', async () => newReview((await api.createProduct()).id)],
  ] as const) {
    it(`lets a ${what} be created once, and gives each time the same answer`, async () => {
      const [json, key] = [await bodyOf(), randomUUID()];
      const first = await post(path, json, key);
      const second = await post(path, json, key);
      expect([first.status, second.status]).to.deep.equal([201, 201]);
      expect([isReplay(first), isReplay(second)]).to.deep.equal([false, true]);
      expect(second.body).to.deep.equal(first.body);
      for (const name of ['location', 'etag', 'content-type'])
        expect(second.headers.get(name), name).to.equal(first.headers.get(name));
    });

    it(`answers as the first time also when the ${what} has changed since, or is gone`, async () => {
      const [json, key] = [await bodyOf(), randomUUID()];
      const first = await post(path, json, key);
      const at = first.headers.get('location')!;
      await api.patch(at, what === 'product' ? { name: 'New' } : { rating: 1 });
      expect((await post(path, json, key)).body).to.deep.equal(first.body);
      await api.delete(at);
      const answer = await post(path, json, key);
      // Nothing that a customer wrote outlives its review.
      if (what === 'review') expectCode(answer, 409, 'CREATED_IS_ERASED');
      else expect(answer.body).to.deep.equal(first.body);
      expect((await api.get(at)).status).to.equal(404);
    });

    it(`refuses another ${what} with the same key`, async () => {
      const [json, key] = [await bodyOf(), randomUUID()];
      await post(path, json, key);
      expectCode(await post(path, { ...json, ...(await bodyOf()) }, key), 422, 'IDEMPOTENCY_KEY_REUSED');
    });

    it(`does the work of many who send the same ${what} at once a single time`, async () => {
      const [json, key] = [await bodyOf(), randomUUID()];
      const answers = await Promise.all(Array.from({ length: 20 }, () => post(path, json, key)));
      const created = answers.filter(({ status }) => status === 201);
      expect(created.filter((answer) => !isReplay(answer))).to.have.length(1);
      expect(new Set(created.map(({ body }) => body.id)).size).to.equal(1);
      for (const answer of answers) if (answer.status !== 201) expectCode(answer, 409, 'REQUEST_IN_PROGRESS');
      expect(isReplay(await post(path, json, key))).to.equal(true);
    });
  }

  it('keeps nothing of what was written in a review that went with its product', async () => {
    const product = await api.createProduct();
    await post('/api/reviews', newReview(product.id, { text: 'secret-of-mine' }), randomUUID());
    await api.delete(`/api/products/${product.id}`);
    const { rows } = await db.query(
      'SELECT 1 FROM idempotency_keys k JOIN reviews r ON r.id = k.created_id WHERE r.product_id = $1 AND k.body IS NOT NULL',
      [product.id],
    );
    expect(rows).to.deep.equal([]);
  });

  it('has nothing stand in the database by which one who reads it could learn the answer, or the key', async () => {
    const key = randomUUID();
    await post('/api/products', newProduct({ description: 'told-to-nobody' }), key);
    const { rows } = await db.query<{ row: string }>(
      `SELECT caller || key || encode(body, 'escape') || etag AS row FROM idempotency_keys WHERE body IS NOT NULL`,
    );
    expect(rows).to.not.be.empty;
    for (const { row } of rows) expect(row).to.not.contain('told-to-nobody').and.not.contain(key);
  });

  it('tells apart what is done with it, and who does it', async () => {
    const key = randomUUID();
    const product = await post('/api/products', newProduct(), key);
    const json = newReview(product.body.id);
    expectCode(await post('/api/reviews', json, key), 422, 'IDEMPOTENCY_KEY_REUSED');
    const another = await post('/api/reviews', json, key, await tokenOf());
    expect({ status: another.status, replay: isReplay(another) }).to.deep.equal({
      status: 201,
      replay: false,
    });
  });

  it('is the same with other white space in the body, and quoted', async () => {
    const [json, key] = [newProduct(), randomUUID()];
    await post('/api/products', json, key);
    const answer = await api.request<Body>('POST', '/api/products', {
      body: JSON.stringify(json, null, 2),
      token: admin,
      headers: { 'Idempotency-Key': `"${key}"`, 'Content-Type': 'application/json' },
    });
    expect({ status: answer.status, replay: isReplay(answer) }).to.deep.equal({ status: 201, replay: true });
  });

  it('keeps nothing of what was refused, so that it may be mended and sent again', async () => {
    const [json, key] = [newProduct(), randomUUID()];
    const inTheWay = await api.createProduct(json);
    expectCode(await post('/api/products', json, key), 409, 'SKU_TAKEN');
    await api.delete(`/api/products/${inTheWay.id}`);
    const answer = await post('/api/products', json, key);
    expect({ status: answer.status, replay: isReplay(answer) }).to.deep.equal({ status: 201, replay: false });
  });

  it('of a second review of a product says that there is one, unless it is the same request', async () => {
    const [json, token] = [newReview((await api.createProduct()).id), await tokenOf()];
    const key = randomUUID();
    expect((await post('/api/reviews', json, key, token)).status).to.equal(201);
    expect(isReplay(await post('/api/reviews', json, key, token))).to.equal(true);
    expectCode(await post('/api/reviews', json, randomUUID(), token), 409, 'REVIEW_EXISTS');
  });

  it('leaves neither the thing nor the answer where the second of them cannot be written', async () => {
    await db.query('ALTER TABLE idempotency_keys ADD CONSTRAINT broken CHECK (false) NOT VALID');
    const [json, key] = [newProduct({ sku: `both-${randomUUID()}` }), randomUUID()];
    try {
      expect((await post('/api/products', json, key)).status).to.equal(500);
      expect(await countOf(json.sku)).to.equal(0);
    } finally {
      await db.query('ALTER TABLE idempotency_keys DROP CONSTRAINT broken');
    }
    expect((await post('/api/products', json, key)).status).to.equal(201);
    expect(await countOf(json.sku)).to.equal(1);
  });

  it('leaves neither when the database dies in between', async () => {
    const [json, key] = [newProduct({ sku: `dies-${randomUUID()}` }), randomUUID()];
    const holder = await connect(api.databaseUrl);
    await holder.query('BEGIN; LOCK TABLE idempotency_keys IN SHARE MODE');
    const answered = post('/api/products', json, key);
    // The product is inserted, and the answer to it waits for the lock.
    const killed = await waitFor('the insert to wait', async () => {
      const { rowCount } = await db.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO idempotency_keys%'`,
      );
      return rowCount || undefined;
    });
    await holder.end();
    expect(killed).to.equal(1);
    expect((await answered).status).to.equal(503);
    expect(await countOf(json.sku)).to.equal(0);
    const answer = await post('/api/products', json, key);
    expect({ status: answer.status, replay: isReplay(answer) }).to.deep.equal({ status: 201, replay: false });
  });

  it('is forgotten after 24 hours', async () => {
    const key = randomUUID();
    const age = (hours: number) =>
      db.query(
        'UPDATE idempotency_keys SET created_at = created_at - make_interval(hours => $2) WHERE key = $1',
        [createHash('sha256').update(`key ${key}`).digest('hex'), hours],
      );
    await post('/api/products', newProduct(), key);
    await age(23);
    expectCode(await post('/api/products', newProduct(), key), 422, 'IDEMPOTENCY_KEY_REUSED');
    await age(2);
    const json = newProduct();
    expect(isReplay(await post('/api/products', json, key))).to.equal(false);
    expect(isReplay(await post('/api/products', json, key))).to.equal(true);
  });

  it('is swept away then, and not before', async () => {
    await db.query(
      `INSERT INTO idempotency_keys (caller, key, request_hash, created_id, etag, body, created_at)
       SELECT 'swept', n::text, '', gen_random_uuid(), '', '', now() - make_interval(hours => CASE WHEN n <= 2500 THEN 25 ELSE 23 END)
         FROM generate_series(1, 2600) AS n`,
    );
    const sequelize = createSequelize(api.databaseUrl, { log: silent, applicationName: 'test', poolSize: 1 });
    const sweeper = createSweeper(sequelize, silent);
    sweeper.start();
    await sweeper.swept();
    await sweeper.stop();
    await sequelize.close();
    const { rows } = await db.query(`SELECT count(*)::int FROM idempotency_keys WHERE caller = 'swept'`);
    expect(rows).to.deep.equal([{ count: 100 }]);
  });

  for (const [what, key] of [
    ['nothing in it', ''],
    ['256 characters', 'x'.repeat(256)],
    ['a space', 'a b'],
    ['a quote that does not end', '"abc'],
    ['other letters', 'clé'],
  ] as const)
    it(`is refused with ${what}`, async () => {
      expectCode(await post('/api/products', newProduct(), key), 400, 'IDEMPOTENCY_KEY_INVALID');
    });
});
