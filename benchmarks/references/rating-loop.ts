// What PostgreSQL does of a rating: the register and the histogram in one statement a batch of 100, prepared, from one
// connection. GET /<events>/<products> answers with the events a second.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';

const batchSize = 100;

const tables = `
  DROP SCHEMA IF EXISTS reference CASCADE;
  CREATE SCHEMA reference;
  CREATE TABLE reference.review_state (
    review_id uuid PRIMARY KEY, product_id uuid NOT NULL, rating smallint, version bigint NOT NULL);
  CREATE TABLE reference.product_rating (
    product_id uuid PRIMARY KEY, n1 bigint NOT NULL, n2 bigint NOT NULL, n3 bigint NOT NULL, n4 bigint NOT NULL,
    n5 bigint NOT NULL, version bigint NOT NULL) WITH (fillfactor = 50);`;

const statement = {
  name: 'rate',
  text: `
    WITH told AS (
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::bigint[]) AS t (review_id, product_id, rating, version)
    ), known AS (
      SELECT review_id, rating, version FROM reference.review_state
       WHERE review_id = ANY ($1::uuid[]) ORDER BY review_id FOR UPDATE
    ), newer AS (
      INSERT INTO reference.review_state AS state (review_id, product_id, rating, version)
      SELECT * FROM told ORDER BY review_id
          ON CONFLICT (review_id) DO UPDATE SET rating = excluded.rating, version = excluded.version
       WHERE state.version < excluded.version
      RETURNING review_id, product_id, rating, version
    ), change AS (
      SELECT product_id,
             newer.rating AS now, known.rating AS before, newer.version - coalesce(known.version, 0) AS version
        FROM newer LEFT JOIN known USING (review_id)
    )
    INSERT INTO reference.product_rating AS total
    SELECT product_id,
           count(*) FILTER (WHERE now = 1) - count(*) FILTER (WHERE before = 1),
           count(*) FILTER (WHERE now = 2) - count(*) FILTER (WHERE before = 2),
           count(*) FILTER (WHERE now = 3) - count(*) FILTER (WHERE before = 3),
           count(*) FILTER (WHERE now = 4) - count(*) FILTER (WHERE before = 4),
           count(*) FILTER (WHERE now = 5) - count(*) FILTER (WHERE before = 5),
           sum(version)
      FROM change GROUP BY product_id ORDER BY product_id
        ON CONFLICT (product_id) DO UPDATE
       SET n1 = total.n1 + excluded.n1, n2 = total.n2 + excluded.n2, n3 = total.n3 + excluded.n3,
           n4 = total.n4 + excluded.n4, n5 = total.n5 + excluded.n5, version = total.version + excluded.version
    RETURNING *`,
};

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();

/** Events a second. */
async function measure(events: number, products: number): Promise<number> {
  await client.query(tables);
  const productIds = Array.from({ length: products }, () => uuidv7());
  const all = Array.from({ length: events }, (_, n) => ({
    reviewId: uuidv7(),
    productId: productIds[Math.floor(Math.random() * products)],
    rating: 1 + (n % 5),
    version: 1,
  }));
  const started = performance.now();
  for (let first = 0; first < events; first += batchSize) {
    const batch = all.slice(first, first + batchSize);
    await client.query({
      ...statement,
      values: [
        batch.map(({ reviewId }) => reviewId),
        batch.map(({ productId }) => productId),
        batch.map(({ rating }) => rating),
        batch.map(({ version }) => version),
      ],
    });
  }
  const rate = (events / (performance.now() - started)) * 1000;
  const { rows } = await client.query<{ counted: number }>(
    'SELECT sum(n1 + n2 + n3 + n4 + n5)::int AS counted FROM reference.product_rating',
  );
  const counted = rows[0]?.counted;
  if (counted !== events) throw new Error(`${counted} of ${events} were counted`);
  return rate;
}

const server = createServer((req, res) => {
  const [events, products] = req.url!.split('/').slice(1).map(Number);
  measure(events!, products!).then(
    (rate) => res.end(String(rate)),
    (error) => res.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
