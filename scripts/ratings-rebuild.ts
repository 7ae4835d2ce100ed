import { createLogger } from 'ct-common-lib';
import { runMigrations, withTransientRetry } from 'ct-common-lib/postgres';
import { migrations } from '../rating-service/src/db/migrations/index.ts';
import { productIdChunks, type AuditedDatabases } from './rating-audit.ts';
import { withAuditedDatabases } from './rating-databases.ts';
import { beginLink, findLink, finishLink } from './rating-link.ts';
import { createProgress } from './progress.ts';

async function rebuild({ api, rating }: AuditedDatabases, ids: string[]) {
  await rating.query('BEGIN');
  try {
    // It conflicts with every write to the register, not with reads; batches that run are waited for.
    await rating.query('LOCK TABLE review_state IN SHARE ROW EXCLUSIVE MODE');
    // Read after the lock: so no event that was applied can be newer than what is read now.
    await rating.query('DELETE FROM review_state WHERE product_id = ANY($1)', [ids]);
    // All as they are at one moment, however many chunks they are: the sum is served.
    await api.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    for await (const reviews of reviewChunks(api, ids))
      await rating.query(insertRegisterSql, [JSON.stringify(reviews)]);
    await api.query('COMMIT');
    const { rows } = await rating.query<Record<string, unknown>>(sumSql, [ids]);
    await api.query(applySql, [JSON.stringify(rows), ids]);
    await rating.query('COMMIT');
  } catch (error) {
    // With a connection that is lost its transaction is gone; the other one has to be told all the same.
    for (const client of [api, rating]) await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The reviews of these products as the register holds them, 10,000 at a time. */
async function* reviewChunks(api: AuditedDatabases['api'], ids: string[]): AsyncGenerator<{ id: string }[]> {
  for (let after: [string, string] | undefined; ;) {
    const { rows } = await api.query<{ id: string; product_id: string }>(
      `SELECT id, product_id, version,
              CASE WHEN deleted_at IS NULL AND status = 'approved' THEN rating END AS rating
         FROM reviews
        WHERE product_id = ANY($1) AND ($2::uuid IS NULL OR (product_id, id) > ($2, $3))
        ORDER BY product_id, id
        LIMIT 10000`,
      [ids, after?.[0] ?? null, after?.[1] ?? null],
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = [last.product_id, last.id];
  }
}

const insertRegisterSql = `
  INSERT INTO review_state (review_id, product_id, rating, version)
  SELECT id, product_id, rating, version
    FROM jsonb_to_recordset($1::jsonb) AS review (id uuid, product_id uuid, rating smallint, version bigint)
      ON CONFLICT (review_id) DO UPDATE
         SET product_id = excluded.product_id, rating = excluded.rating, version = excluded.version`;

/** The histogram is the sum of the register; a product without reviews has a sum of zero. */
const sumSql = `
  INSERT INTO product_rating (product_id, n1, n2, n3, n4, n5, version)
  SELECT id,
         count(*) FILTER (WHERE rating = 1), count(*) FILTER (WHERE rating = 2), count(*) FILTER (WHERE rating = 3),
         count(*) FILTER (WHERE rating = 4), count(*) FILTER (WHERE rating = 5), coalesce(sum(version), 0)
    FROM unnest($1::uuid[]) AS id LEFT JOIN review_state ON product_id = id
   GROUP BY id
   ORDER BY id
      ON CONFLICT (product_id) DO UPDATE
         SET n1 = excluded.n1, n2 = excluded.n2, n3 = excluded.n3, n4 = excluded.n4, n5 = excluded.n5,
             version = excluded.version, updated_at = now()
  RETURNING product_id, n1, n2, n3, n4, n5, version`;

/** Held until the connection ends. */
const aloneSql = `SELECT pg_try_advisory_lock(hashtext('ct-reviews rebuild')) AS alone`;

/**
 * Whatever the row says now: it may be what is wrong, or what is cached of it, so that every row is written and its
 * trigger has the cache forget it. Locked in the order of ids, as all who lock products do. The average is rounded half-up, as numeric does.
 */
const applySql = `
  WITH locked AS (SELECT id FROM products WHERE id = ANY($2) ORDER BY id FOR NO KEY UPDATE)
  UPDATE products
     SET review_count = total.count,
         distribution = ARRAY[n1, n2, n3, n4, n5],
         average_rating = CASE WHEN total.count > 0
                               THEN round((n1 + 2 * n2 + 3 * n3 + 4 * n4 + 5 * n5)::numeric / total.count, 2) END,
         rating_version = rating.version,
         rating_updated_at = now()
    FROM jsonb_to_recordset($1::jsonb)
           AS rating (product_id uuid, n1 bigint, n2 bigint, n3 bigint, n4 bigint, n5 bigint, version bigint),
         LATERAL (SELECT n1 + n2 + n3 + n4 + n5 AS count) AS total
   WHERE products.id = rating.product_id AND products.id IN (SELECT id FROM locked)`;

/**
 * `npm run ratings:rebuild`: makes every rating anew from the reviews, on a live system or a stopped one.
 *
 * A replay of events alone could not do it: to the register an event of a known version is a duplicate, so a
 * wrong sum would stay, and half-way through a lost database the sums would be wrong with versions that look new.
 * So the products go a few at a time, each time in one transaction that keeps rating-service waiting: nobody
 * ever sees a part of a sum, and what is on its way is older than what stands, or newer, as always.
 *
 * Databases that are not linked, as one of them is new or restored, are linked on the way: the ratings stand still
 * meanwhile, and go on with a new link.
 */
process.exitCode = await withAuditedDatabases(async ({ ratingDatabaseUrl, ...databases }) => {
  // It may have been created a moment ago.
  const log = createLogger({ name: 'ct-reviews', level: 'warn' });
  await runMigrations({ url: ratingDatabaseUrl, migrations, log });
  const { rows } = await databases.rating.query<{ alone: boolean }>(aloneSql);
  if (!rows[0]?.alone) {
    console.error('Another ratings:rebuild is at work on this rating database.');
    return 1;
  }
  const linked = (await findLink(databases)) === 'holds';
  const store = linked ? undefined : await withTransientRetry(() => beginLink(databases));
  const products = await rebuildAll(databases);
  if (store !== undefined) await finishLink(databases, store);
  console.log(`${products} products rebuilt from their reviews.`);
  if (!linked) console.log('The API takes its ratings from this rating database now.');
  return 0;
});

async function rebuildAll(databases: AuditedDatabases): Promise<number> {
  const progress = createProgress('products rebuilt');
  let products = 0;
  for await (const ids of productIdChunks(databases, 100)) {
    await withTransientRetry(() => rebuild(databases, ids));
    products += ids.length;
    progress.update(products);
  }
  progress.stop();
  return products;
}
