import { query } from './system.ts';

/** Products, without what their triggers would do for each: these have been there for long. Gives their ids. */
export async function addProducts(databaseUrl: string, count: number): Promise<string[]> {
  const rows = await query<{ id: string }>(
    databaseUrl,
    `WITH added AS (
       INSERT INTO products (sku, name, description, brand, price, currency)
       SELECT 'SKU-' || gen_random_uuid(), 'Trail shoe ' || n, repeat('Light, dry and made to last. ', 4), 'Ridgeway', 89.90, 'EUR'
         FROM generate_series(1, $1::int) AS n
       RETURNING id)
     SELECT id FROM added`,
    [count],
    { session_replication_role: 'replica' },
  );
  return rows.map(({ id }) => id);
}

/** So many approved reviews of every product, with texts of about 200 characters, likewise without their triggers. */
export async function addReviews(databaseUrl: string, countOfEach: number): Promise<void> {
  await query(
    databaseUrl,
    `INSERT INTO reviews (product_id, rating, title, text, author_name, created_at)
     SELECT products.id, 1 + n % 5, 'Worn for ' || n || ' weeks',
            'Bought for the hills behind the house and worn in all weathers since, ' || n || ' times by now. Dry feet, a firm heel, '
              || 'and the sole grips on wet stone. The laces came loose at first; double knots have held to this day.',
            'Robin ' || n, now() - n * interval '1 hour'
       FROM products, generate_series(1, $1::int) AS n`,
    [countOfEach],
    { session_replication_role: 'replica' },
  );
}
