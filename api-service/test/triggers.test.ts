import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { DatabaseError, type Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { waitFor } from 'ct-common-lib/testing';
import { connect } from './support/api.ts';
import type { Page, Product, Rated, Review } from './support/http-client.ts';
import { startSystem, type System } from './support/system.ts';

describe('an edit by hand in SQL', () => {
  let system: System;
  let db: Client;
  before(async () => {
    system = await startSystem();
    db = await connect(system.databaseUrl);
  });
  after(async () => {
    await db.end();
    await system.stop();
  });

  /** A product with a review of each of these ratings, all of it in the cache. */
  async function reviewedProduct(...ratings: number[]) {
    const { id } = await system.createProduct();
    const reviews: Review[] = [];
    for (const rating of ratings) reviews.push(await system.createReview(id, { rating }));
    await rated(id, { reviewCount: ratings.length });
    await readAll(id);
    return { id, reviews, first: reviews[0]! };
  }

  async function readAll(id: string) {
    const product = await system.product(id);
    const { body: reviews } = await system.get<Page<Review>>(`/api/products/${id}/reviews`);
    for (const review of reviews.data) await system.review(review.id);
    const { body: rating } = await system.get<Rated>(`/api/products/${id}/rating`);
    return { product, reviews: reviews.data, rating };
  }

  /** Waits for the product to show this, in its own page and in its rating. */
  const rated = (id: string, expected: Partial<Rated>) =>
    waitFor(`${JSON.stringify(expected)} to be shown`, async () => {
      const { product, rating } = await readAll(id);
      expect(product).to.deep.include(expected);
      expect(rating).to.deep.include(expected);
      return product;
    });

  describe('of a review', () => {
    it('moves the average and shows in what was cached', async () => {
      const { id, first } = await reviewedProduct(5, 4);
      await db.query(`UPDATE reviews SET rating = 1, title = 'By hand' WHERE id = $1`, [first.id]);
      await rated(id, {
        averageRating: 2.5,
        reviewCount: 2,
        ratingDistribution: { 1: 1, 2: 0, 3: 0, 4: 1, 5: 0 },
      });
      const review = await waitFor('the review', async () => {
        const shown = await system.review(first.id);
        return shown.title === 'By hand' ? shown : null;
      });
      expect(review).to.include({ rating: 1, version: 2 });
    });

    it('counts each version once, also when many rows change in one statement', async () => {
      const { id } = await reviewedProduct(1, 1, 1, 2, 5);
      await db.query('UPDATE reviews SET rating = 6 - rating WHERE product_id = $1', [id]);
      await rated(id, { averageRating: 4, ratingDistribution: { 1: 1, 2: 0, 3: 0, 4: 1, 5: 3 } });
      await db.query('UPDATE reviews SET rating = 3 WHERE product_id = $1', [id]);
      await rated(id, { averageRating: 3, reviewCount: 5 });
    });

    it('follows its status: what is not approved neither counts nor is listed', async () => {
      const { id, first } = await reviewedProduct(5, 2);
      for (const status of ['pending', 'rejected']) {
        await db.query('UPDATE reviews SET status = $2 WHERE id = $1', [first.id, status]);
        await rated(id, { averageRating: 2, reviewCount: 1 });
        await waitFor('the list', async () => (await readAll(id)).reviews.length === 1);
      }
      await db.query(`UPDATE reviews SET status = 'approved' WHERE id = $1`, [first.id]);
      await rated(id, { averageRating: 3.5, reviewCount: 2 });
      await waitFor('the list', async () => (await readAll(id)).reviews.length === 2);
    });

    it('gives null and 0 when the last one is no longer approved', async () => {
      const { id, first } = await reviewedProduct(4);
      await db.query(`UPDATE reviews SET status = 'rejected' WHERE id = $1`, [first.id]);
      const nothing = {
        averageRating: null,
        reviewCount: 0,
        ratingDistribution: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 },
      };
      await rated(id, nothing);
    });

    it('increments its version each time, and dates the change', async () => {
      const { first } = await reviewedProduct(3);
      for (const version of [2, 3, 4]) {
        await db.query('UPDATE reviews SET version = 77, updated_at = NULL WHERE id = $1', [first.id]);
        const { rows } = await db.query<{ version: string; updated_at: Date }>(
          'SELECT version, updated_at FROM reviews WHERE id = $1',
          [first.id],
        );
        expect(Number(rows[0]!.version)).to.equal(version);
        expect(rows[0]!.updated_at).to.be.above(new Date(first.createdAt));
      }
    });

    it('cannot give it or its product another id, by which ratings count', async () => {
      const { id, first } = await reviewedProduct(5);
      for (const [table, row] of [
        ['reviews', first.id],
        ['products', id],
      ] as const) {
        const error = await db
          .query(`UPDATE ${table} SET id = uuid_v7() WHERE id = $1`, [row])
          .catch((e: unknown) => e);
        expect(error).to.be.instanceOf(DatabaseError).with.property('constraint', `${table}_id_is_fixed`);
      }
      expect(await system.review(first.id)).to.include({ id: first.id, version: 1 });
    });

    it('reaches the real outbox whatever the temporary tables and the search path of its session', async () => {
      const { id, first } = await reviewedProduct(5);
      const session = await connect(system.databaseUrl);
      await session.query(
        'CREATE TEMP TABLE outbox (LIKE outbox); CREATE TEMP TABLE cache_invalidation (tag text)',
      );
      await session.query(`SET search_path = ''`);
      await session.query('UPDATE public.reviews SET rating = 1 WHERE id = $1', [first.id]);
      await session.end();
      await rated(id, { averageRating: 1, reviewCount: 1 });
    });

    it('cannot move it to another product', async () => {
      const { first } = await reviewedProduct(3);
      const other = await system.createProduct();
      await expectRefused(
        db.query('UPDATE reviews SET product_id = $2 WHERE id = $1', [first.id, other.id]),
        'reviews_product_is_fixed',
      );
    });

    it('cannot give it more than 5 stars, fewer than 1, or an unknown status', async () => {
      const { first } = await reviewedProduct(3);
      for (const set of ['rating = 6', 'rating = 0', 'rating = NULL', `status = 'maybe'`]) {
        const error = await refusal(db.query(`UPDATE reviews SET ${set} WHERE id = $1`, [first.id]));
        expect(error.code).to.match(/^23/);
      }
    });
  });

  describe('that adds reviews', () => {
    it('by COPY counts them all', async () => {
      const { id } = await reviewedProduct(5);
      const lines = Array.from({ length: 1_000 }, (_, n) => `${id}\t${(n % 5) + 1}\tFrom a file\n`);
      const copy = db.query(copyFrom('COPY reviews (product_id, rating, title) FROM STDIN'));
      await pipeline(Readable.from(lines), copy);
      await rated(id, {
        averageRating: 3,
        reviewCount: 1_001,
        ratingDistribution: { 1: 200, 2: 200, 3: 200, 4: 200, 5: 201 },
      });
      await waitFor('the list', async () => (await readAll(id)).reviews.length === 20);
    });

    it('is refused whole if one is of a product that does not exist', async () => {
      const { id } = await reviewedProduct(5);
      const insert = db.query(
        `INSERT INTO reviews (product_id, rating) VALUES ($1, 1), ('01890000-0000-7000-8000-000000000000', 1)`,
        [id],
      );
      await expectRefused(insert, 'reviews_product_exists');
      const { rows } = await db.query('SELECT FROM reviews WHERE product_id = $1', [id]);
      expect(rows).to.have.length(1);
    });

    it('gives them ids that grow with time (UUIDv7)', async () => {
      const { id } = await reviewedProduct();
      const { rows } = await db.query<{ id: string }>(
        'INSERT INTO reviews (product_id, rating) SELECT $1, 5 FROM generate_series(1, 50) RETURNING id',
        [id],
      );
      const milliseconds = rows.map((row) => parseInt(row.id.replace('-', '').slice(0, 12), 16));
      for (const ms of milliseconds) expect(ms).to.be.closeTo(Date.now(), 60_000);
      for (const row of rows) expect(row.id).to.match(/^.{14}7.{4}[89ab]/);
      expect(milliseconds).to.deep.equal(milliseconds.toSorted((a, b) => a - b));
    });
  });

  describe('that deletes a review', () => {
    it('erases what the customer wrote, and moves the average', async () => {
      const { id, first } = await reviewedProduct(5, 4);
      await db.query(`UPDATE reviews SET author_id = 'customer-7' WHERE id = $1`, [first.id]);
      await db.query('UPDATE reviews SET deleted_at = now() WHERE id = $1', [first.id]);
      const { rows } = await db.query(
        'SELECT title, text, author_id, author_name, version::int FROM reviews WHERE id = $1',
        [first.id],
      );
      expect(rows).to.deep.equal([
        { title: null, text: null, author_id: null, author_name: null, version: 3 },
      ]);
      await rated(id, { averageRating: 4, reviewCount: 1 });
      await waitFor('the 404', async () => (await system.get(`/api/reviews/${first.id}`)).status === 404);
    });

    it('is final: neither it nor its text comes back', async () => {
      const { first } = await reviewedProduct(5);
      await system.delete(`/api/reviews/${first.id}`);
      const undelete = db.query('UPDATE reviews SET deleted_at = NULL WHERE id = $1', [first.id]);
      await expectRefused(undelete, 'reviews_deletion_is_final');
      await db.query(`UPDATE reviews SET text = 'Back' WHERE id = $1`, [first.id]);
      const { rows } = await db.query('SELECT text FROM reviews WHERE id = $1', [first.id]);
      expect(rows).to.deep.equal([{ text: null }]);
    });

    it('is refused as DELETE and as TRUNCATE', async () => {
      const { first } = await reviewedProduct(5);
      await expectRefused(
        db.query('DELETE FROM reviews WHERE id = $1', [first.id]),
        'reviews_are_tombstoned',
      );
      await expectRefused(db.query('TRUNCATE reviews'), 'reviews_are_tombstoned');
      await expectRefused(db.query('TRUNCATE products CASCADE'), 'products_are_deleted');
      expect((await system.review(first.id)).text).to.equal(first.text);
    });
  });

  describe('of a product', () => {
    it('shows in what was cached, and counts as a version', async () => {
      const { id } = await reviewedProduct(5);
      await db.query(`UPDATE products SET name = 'By hand' WHERE id = $1`, [id]);
      const product = await waitFor('the name', async () => {
        const shown = await system.product(id);
        return shown.name === 'By hand' ? shown : null;
      });
      expect(product.version).to.equal(2);
    });

    it('is no version if it is but a rating', async () => {
      const { id } = await reviewedProduct(5, 4);
      const { rows } = await db.query(
        'SELECT version::int, updated_at = created_at AS untouched FROM products WHERE id = $1',
        [id],
      );
      expect(rows).to.deep.equal([{ version: 1, untouched: true }]);
    });

    it('that is new shows in the list, and under an id that was asked for in vain', async () => {
      const id = '01890000-0000-7000-8000-00000000abcd';
      expect((await system.get(`/api/products/${id}`)).status).to.equal(404);
      const sku = 'BY-HAND';
      await db.query(`INSERT INTO products (id, sku, name) VALUES ($1, $2, 'By hand')`, [id, sku]);
      await waitFor('it in the list', async () => {
        const { data } = await system.page<Product>('/api/products?limit=1');
        return data[0]?.id === id;
      });
      await waitFor('it alone', async () => (await system.get(`/api/products/${id}`)).status === 200);
    });

    it('that deletes it takes its reviews along', async () => {
      const { id, reviews } = await reviewedProduct(5, 4, 3);
      await db.query('DELETE FROM products WHERE id = $1', [id]);
      for (const path of [
        `/api/products/${id}`,
        `/api/products/${id}/reviews`,
        `/api/products/${id}/rating`,
        ...reviews.map((review) => `/api/reviews/${review.id}`),
      ])
        await waitFor(`${path} to be gone`, async () => (await system.get(path)).status === 404);
      const { rows } = await db.query(
        'SELECT text, deleted_at IS NOT NULL AS deleted, version::int FROM reviews WHERE product_id = $1',
        [id],
      );
      expect(rows).to.deep.equal(Array(3).fill({ text: null, deleted: true, version: 2 }));
    });
  });
});

/** What the database refuses a statement with. Throws if it does not. */
async function refusal(statement: Promise<unknown>): Promise<DatabaseError> {
  const outcome = await statement.catch((error: unknown) => error);
  if (outcome instanceof DatabaseError) return outcome;
  throw new Error('The database was to refuse this');
}

async function expectRefused(statement: Promise<unknown>, constraint: string) {
  const error = await refusal(statement);
  expect(error.constraint).to.equal(constraint);
  expect(error.code).to.match(/^23/);
}
