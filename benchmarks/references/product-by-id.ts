// What Express and PostgreSQL do of a product that no cache holds: one prepared statement.
import express from 'express';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

interface ProductRow {
  distribution: number[];
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const statement = {
  name: 'product',
  text: `
    SELECT id, sku, name, description, brand, price, currency, average_rating::float8 AS "averageRating",
           review_count::int AS "reviewCount", distribution::int[], version::int, created_at AS "createdAt",
           updated_at AS "updatedAt"
      FROM products WHERE id = $1`,
};

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

const app = express();
app.get('/api/products/:id', async (req, res) => {
  const { rows } = await pool.query<ProductRow>({ ...statement, values: [req.params.id] });
  if (!rows[0]) return void res.status(404).end();
  const { distribution, version, createdAt, updatedAt, ...product } = rows[0];
  const [n1, n2, n3, n4, n5] = distribution;
  const ratingDistribution = { 1: n1, 2: n2, 3: n3, 4: n4, 5: n5 };
  res.json({ ...product, ratingDistribution, version, createdAt, updatedAt });
});
const server = app.listen(0, '127.0.0.1', () =>
  process.send!({ port: (server.address() as AddressInfo).port }),
);
