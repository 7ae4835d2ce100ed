import { randomUUID } from 'node:crypto';
import type { AuditedDatabases } from './rating-audit.ts';

/**
 * Whether api-service takes its ratings from this rating database. `broken` after one of them was lost or restored, or a
 * rebuild was interrupted: then ratings stand still. `none` until the first rating has come.
 */
export async function findLink({ api, rating }: AuditedDatabases): Promise<'holds' | 'none' | 'broken'> {
  const { rows } = await rating.query<{ id: string; role: string }>(
    `SELECT id, role FROM rating_store WHERE role = 'foreign' OR register = register_identity()`,
  );
  if (rows.length !== 1 || rows[0]?.role !== 'current') return 'broken';
  const store = await linkedStore(api);
  if (store === null) return 'none';
  return store === rows[0].id ? 'holds' : 'broken';
}

async function linkedStore(api: AuditedDatabases['api']): Promise<string | null> {
  const { rows } = await api.query<{ store: string | null }>('SELECT rating_store() AS store');
  return rows[0]?.store ?? null;
}

/**
 * Begins a new link, and gives its id. From now on rating-service applies nothing: what was for a former rating
 * database it lets go, and what is for the new link waits. And api-service takes over nothing: no rating has the new
 * id. So the ratings stand still, and whoever writes them is alone with them, until {@link finishLink}. A
 * failure in between leaves them at that, and the next rebuild begins again.
 */
export async function beginLink({ api, rating }: AuditedDatabases): Promise<string> {
  const before = await linkedStore(api);
  await rating.query('BEGIN');
  try {
    // The batches that run are waited for; those that come look at rating_store once they have a lock of their own.
    await rating.query('LOCK TABLE review_state, product_rating IN ACCESS EXCLUSIVE MODE');
    await rating.query(`UPDATE rating_store SET role = 'former', register = NULL`);
    // Before the API forgets it, as reviews for it may still be on their way.
    if (before !== null) await rating.query(formerSql, [before]);
    // What is left of another timeline may be of products and reviews that never were in this one.
    await rating.query('TRUNCATE review_state, product_rating');
    await rating.query('COMMIT');
  } catch (error) {
    await rating.query('ROLLBACK');
    throw error;
  }
  const store = randomUUID();
  // It waits for the ratings that are being taken over.
  await api.query(linkSql, [store]);
  return store;
}

/** Lets rating-service go on, with what has waited. To be called when every rating is the sum of its reviews. */
export async function finishLink({ rating }: AuditedDatabases, store: string): Promise<void> {
  await rating.query(currentSql, [store]);
}

const formerSql = `
  INSERT INTO rating_store (id, role) VALUES ($1, 'former') ON CONFLICT (id) DO NOTHING`;

const linkSql = `
  INSERT INTO rating_link (store, reviews) VALUES ($1, reviews_identity())
      ON CONFLICT (only_row) DO UPDATE SET store = excluded.store, reviews = excluded.reviews`;

/** It may have come up meanwhile, in the reviews that wait. */
const currentSql = `
  INSERT INTO rating_store (id, role, register) VALUES ($1, 'current', register_identity())
      ON CONFLICT (id) DO UPDATE SET role = excluded.role, register = excluded.register`;
