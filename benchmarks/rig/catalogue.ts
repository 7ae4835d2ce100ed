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
