import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { HttpClient } from '../../api-service/test/support/http-client.ts';
import { query } from './deployment.ts';
import { ratingOf, truthOf, type Truth } from './review-ledger.ts';

/** Has the database write down each rating that its reviews lead to, in the transaction that leads to it. */
export const recordRatings = (databaseUrl: string) => query(databaseUrl, historySql);

const historySql = `
  CREATE TABLE IF NOT EXISTS rating_history (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id   uuid NOT NULL,
    distribution jsonb NOT NULL
  );
  CREATE OR REPLACE FUNCTION record_rating() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    INSERT INTO rating_history (product_id, distribution)
    SELECT product_id,
           jsonb_build_object('1', count(*) FILTER (WHERE rating = 1), '2', count(*) FILTER (WHERE rating = 2),
                              '3', count(*) FILTER (WHERE rating = 3), '4', count(*) FILTER (WHERE rating = 4),
                              '5', count(*) FILTER (WHERE rating = 5))
      FROM (SELECT product_id, CASE WHEN deleted_at IS NULL AND status = 'approved' THEN rating END AS rating
              FROM reviews WHERE product_id IN (SELECT product_id FROM changed)) AS review
     GROUP BY product_id;
    RETURN NULL;
  END
  $body$;
  CREATE OR REPLACE TRIGGER record_created AFTER INSERT ON reviews
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_rating();
  CREATE OR REPLACE TRIGGER record_updated AFTER UPDATE ON reviews
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_rating();`;

const unrated = truthOf({ 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 });

/** What the reviews of each product have ever led to, in this timeline of the database; the last is what they lead to now. */
export async function ratingsRecorded(databaseUrl: string): Promise<(productId: string) => Truth[]> {
  const rows = await query<{ product_id: string; distribution: Truth['ratingDistribution'] }>(
    databaseUrl,
    'SELECT product_id, distribution FROM rating_history ORDER BY id',
  );
  return (productId) => [
    unrated,
    ...rows.filter((row) => row.product_id === productId).map((row) => truthOf(row.distribution)),
  ];
}

/** Reads the products from each API, again and again, and remembers every rating that is served. */
export function watchRatings(apis: readonly HttpClient[], productIds: string[]) {
  const served = new Map(productIds.map((id) => [id, new Set<string>()]));
  let stopped = false;
  let reads = 0;

  async function watch(api: HttpClient) {
    while (!stopped) {
      for (const id of productIds) {
        served.get(id)!.add(JSON.stringify(ratingOf(await api.product(id))));
        reads++;
      }
      await sleep(1);
    }
  }
  const watching = Promise.all(apis.map(watch));
  watching.catch(() => undefined);

  return {
    /** Expects every rating that was served to be one that the reviews have led to at some moment. */
    async expectAllTrue(databaseUrl: string) {
      stopped = true;
      await watching;
      const recorded = await ratingsRecorded(databaseUrl);
      for (const [id, ratings] of served) {
        const truths = new Set(recorded(id).map((truth) => JSON.stringify(truth)));
        const wrong = [...ratings].filter((rating) => !truths.has(rating));
        expect(wrong, `served of product ${id}, and never true`).to.deep.equal([]);
      }
      return { reads, ratings: [...served.values()].reduce((sum, { size }) => sum + size, 0) };
    },
  };
}
