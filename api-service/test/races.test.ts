import { expect } from 'chai';
import type { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { waitFor } from 'ct-common-lib/testing';
import { connect, startApi, type Api } from './support/api.ts';
import { newReview } from './support/http-client.ts';

describe('a review and the deletion of its product at the same time', () => {
  let api: Api;
  let writer: Client;
  let deleter: Client;
  before(async () => {
    api = await startApi();
    [writer, deleter] = [await connect(api.databaseUrl), await connect(api.databaseUrl)];
  });
  after(async () => {
    await writer.end();
    await deleter.end();
    await api.stop();
  });

  /** Reviews that live on although their product is gone. There must be none, ever. */
  async function survivors() {
    const { rows } = await writer.query(
      'SELECT FROM reviews WHERE deleted_at IS NULL AND NOT EXISTS (SELECT FROM products WHERE id = product_id)',
    );
    return rows.length;
  }

  /** Waits until some statement waits for a lock. */
  const waiting = (client: Client) =>
    waitFor('the other to wait for the lock', async () => {
      const { rows } = await client.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });

  it('takes the review along if the review came first', async () => {
    const { id } = await api.createProduct();
    await writer.query('BEGIN');
    await writer.query('INSERT INTO reviews (product_id, rating) VALUES ($1, 5)', [id]);
    const deletion = api.delete(`/api/products/${id}`);
    await waiting(writer);
    await writer.query('COMMIT');
    expect((await deletion).status).to.equal(204);
    expect(await survivors()).to.equal(0);
    const { rows } = await writer.query(
      'SELECT deleted_at IS NULL AS alive FROM reviews WHERE product_id = $1',
      [id],
    );
    expect(rows).to.deep.equal([{ alive: false }]);
  });

  it('refuses the review if the deletion came first', async () => {
    const { id } = await api.createProduct();
    await deleter.query('BEGIN');
    await deleter.query('DELETE FROM products WHERE id = $1', [id]);
    const creation = api.post('/api/reviews', newReview(id));
    await waiting(deleter);
    await deleter.query('COMMIT');
    expect((await creation).status).to.equal(404);
    expect(await survivors()).to.equal(0);
  });

  it('keeps the review if the deletion is rolled back', async () => {
    const { id } = await api.createProduct();
    await deleter.query('BEGIN');
    await deleter.query('DELETE FROM products WHERE id = $1', [id]);
    const creation = api.post('/api/reviews', newReview(id));
    await waiting(deleter);
    await deleter.query('ROLLBACK');
    expect((await creation).status).to.equal(201);
  });

  it('leaves no review alive, however many come', async () => {
    const { id } = await api.createProduct();
    const path = `/api/products/${id}`;
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => api.post('/api/reviews', newReview(id))),
      api.delete(path),
      ...Array.from({ length: 20 }, () => api.post('/api/reviews', newReview(id))),
    ]);
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses])
      .to.include(204)
      .and.to.satisfy((all: number[]) => all.every((status) => [201, 204, 404].includes(status)));
    expect(await survivors()).to.equal(0);
  });

  it('neither deadlocks nor loses a change when reviews of several products are edited in opposite orders', async () => {
    const products = [await api.createProduct(), await api.createProduct()];
    const ids: string[] = [];
    for (const product of products) ids.push((await api.createReview(product.id)).id);
    const edit = (id: string, n: number) => api.patch(`/api/reviews/${id}`, { rating: (n % 5) + 1 });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => edit(ids[n % 2]!, n)));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(40).fill(200));
    for (const id of ids) expect((await api.review(id)).version).to.equal(21);
  });

  it('answers a review of a product that never was with a 404, at once', async () => {
    expect((await api.post('/api/reviews', newReview(uuidv7()))).status).to.equal(404);
  });
});
