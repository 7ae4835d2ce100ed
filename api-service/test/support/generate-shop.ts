import type { Client } from 'pg';

/**
 * Fills the tables with 100,000 products, 100,000 reviews and 100,000 rows to relay. Gives a product with half
 * of all reviews, and one with 500.
 */
export async function generateShop(db: Client): Promise<{ popular: string; middling: string }> {
  // No triggers: the rows to relay are generated as well.
  await db.query('SET session_replication_role = replica');
  const restoreIndexes = await dropIndexes(db);
  // The same shop every time.
  await db.query('SELECT setseed(0.5)');
  await db.query(products);
  const { rows } = await db.query<{ id: string }>('SELECT id FROM products ORDER BY sku LIMIT 2');
  const [popular, middling] = rows.map(({ id }) => id) as [string, string];
  await db.query(reviews, [popular, middling]);
  await db.query(rowsToRelay);
  await db.query('SET session_replication_role = DEFAULT');
  await restoreIndexes();
  await db.query('VACUUM ANALYZE');
  return { popular, middling };
}

/** To fill a table and index it then takes a fraction of the time. */
async function dropIndexes(db: Client) {
  const { rows } = await db.query<{ name: string; definition: string }>(`
    SELECT indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE tablename IN ('products', 'reviews') AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_unique'`);
  for (const { name } of rows) await db.query(`DROP INDEX ${name}`);
  return async () => {
    await db.query(`SET maintenance_work_mem = '256MB'`);
    for (const { definition } of rows) await db.query(definition);
  };
}

// Brands and nouns are Zipf-like, a tenth has no price, a fifth no rating.
const products = `
  INSERT INTO products (sku, name, description, brand, price, currency, created_at,
                        review_count, average_rating, rating_version)
  SELECT 'SKU-' || lpad(n::text, 6, '0'),
         (ARRAY['Coffee', 'Pepper', 'Salt', 'Hand', 'Travel'])[1 + n % 5] || ' ' ||
         (ARRAY['grinder', 'pot', 'cup', 'kettle', 'press', 'filter', 'scale'])[1 + n % 7] || ' ' || n % 1000,
         'Made of ' || (ARRAY['steel', 'glass', 'ceramic', 'wood'])[1 + n % 4] || ', model ' || n,
         'Brand ' || floor(100 * random() ^ 2),
         CASE WHEN n % 10 > 0 THEN round((random() * 300)::numeric, 2) END,
         CASE WHEN n % 10 > 0 THEN 'EUR' END,
         now() - n * interval '7 minutes',
         CASE WHEN n % 5 > 0 THEN floor(1000 * random() ^ 4) + 1 ELSE 0 END,
         CASE WHEN n % 5 > 0 THEN round((5 - 4 * random() ^ 2)::numeric, 2) END,
         n % 5
    FROM generate_series(1, 100000) AS n`;

const reviews = `
  INSERT INTO reviews (product_id, rating, title, text, author_name, status, version, created_at, deleted_at)
  SELECT CASE WHEN n % 2 = 0 THEN $1::uuid WHEN n % 200 = 1 THEN $2::uuid ELSE other.ids[1 + n % 1000] END,
         5 - floor(5 * random() ^ 2),
         'Review ' || n, 'Grinds evenly, pours well, and looks good on the table.', 'Customer ' || n % 5000,
         CASE WHEN n % 50 = 0 THEN 'pending' ELSE 'approved' END,
         1, now() - n * interval '5 minutes',
         CASE WHEN n % 33 = 0 THEN now() END
    FROM generate_series(1, 100000) AS n,
         (SELECT array_agg(id) AS ids FROM (SELECT id FROM products ORDER BY sku OFFSET 2 LIMIT 1000) AS more) AS other`;

const rowsToRelay = `
  INSERT INTO outbox (type, subject, data)
  SELECT 'review-created', product_id, review_event_data(reviews) FROM reviews;
  INSERT INTO cache_invalidation (tag) SELECT 'review:' || id FROM reviews`;
