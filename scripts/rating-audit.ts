import type { Client } from 'pg';
import { averageRating, reviewCount, type Histogram } from 'ct-common-lib/rating';

/** What one place says of a product's rating. `version` is null where the place does not hold one. */
interface Statement {
  count: number;
  histogram: Histogram;
  average: number | null;
  version: number | null;
}

export interface Difference {
  productId: string;
  place: Place;
  says: string;
  truth: string;
}

/** The reviews are the truth; each of these follows from them. */
export type Place = 'register' | 'histogram' | 'products row' | 'served JSON';

export interface AuditedDatabases {
  api: Client;
  rating: Client;
}

/** Up to `limit` ids after `after`, in order, of all products that the shop has or had, or rating-service knows. */
async function nextProductIds({ api, rating }: AuditedDatabases, after: string, limit: number) {
  const [shop, reviewed, known] = await Promise.all([
    api.query<{ id: string }>('SELECT id FROM products WHERE id > $1 ORDER BY id LIMIT $2', [after, limit]),
    // Those that are gone have left tombstones.
    api.query<{ id: string }>(
      'SELECT DISTINCT product_id AS id FROM reviews WHERE product_id > $1 ORDER BY product_id LIMIT $2',
      [after, limit],
    ),
    rating.query<{ id: string }>(
      'SELECT product_id AS id FROM product_rating WHERE product_id > $1 ORDER BY product_id LIMIT $2',
      [after, limit],
    ),
  ]);
  const ids = new Set([...shop.rows, ...reviewed.rows, ...known.rows].map(({ id }) => id));
  return [...ids].sort().slice(0, limit);
}

const firstId = '00000000-0000-0000-0000-000000000000';

/** Goes through all products, `size` at a time. */
export async function* productIdChunks(databases: AuditedDatabases, size: number): AsyncGenerator<string[]> {
  for (let after = firstId; ;) {
    const ids = await nextProductIds(databases, after, size);
    if (ids.length === 0) return;
    yield ids;
    after = ids.at(-1)!;
  }
}

interface HistogramRow {
  product_id: string;
  n1: string;
  n2: string;
  n3: string;
  n4: string;
  n5: string;
  version: string;
}

const nothing: Statement = { count: 0, histogram: [0, 0, 0, 0, 0], average: null, version: 0 };

const statementOf = ({ n1, n2, n3, n4, n5, version }: HistogramRow): Statement => {
  const histogram: Histogram = [Number(n1), Number(n2), Number(n3), Number(n4), Number(n5)];
  return {
    count: reviewCount(histogram),
    histogram,
    average: averageRating(histogram),
    version: Number(version),
  };
};

/** The truth: only approved reviews that are not deleted count, but every review's version does. */
const truthSql = `
  SELECT product_id,
         count(*) FILTER (WHERE counts AND rating = 1) AS n1,
         count(*) FILTER (WHERE counts AND rating = 2) AS n2,
         count(*) FILTER (WHERE counts AND rating = 3) AS n3,
         count(*) FILTER (WHERE counts AND rating = 4) AS n4,
         count(*) FILTER (WHERE counts AND rating = 5) AS n5,
         sum(version) AS version
    FROM (SELECT *, deleted_at IS NULL AND status = 'approved' AS counts FROM reviews WHERE product_id = ANY($1)) AS review
   GROUP BY product_id`;

const registerSql = `
  SELECT product_id,
         count(*) FILTER (WHERE rating = 1) AS n1,
         count(*) FILTER (WHERE rating = 2) AS n2,
         count(*) FILTER (WHERE rating = 3) AS n3,
         count(*) FILTER (WHERE rating = 4) AS n4,
         count(*) FILTER (WHERE rating = 5) AS n5,
         sum(version) AS version
    FROM review_state
   WHERE product_id = ANY($1)
   GROUP BY product_id`;

const productsSql = `
  SELECT id AS product_id, distribution[1] AS n1, distribution[2] AS n2, distribution[3] AS n3,
         distribution[4] AS n4, distribution[5] AS n5, rating_version AS version,
         average_rating AS average, review_count
    FROM products
   WHERE id = ANY($1)`;

/** What differs from the reviews for these products, looked at once: what is on its way differs too. */
export async function differencesOf(
  { api, rating, apiUrl }: AuditedDatabases & { apiUrl: string },
  ids: string[],
): Promise<Difference[]> {
  const truth = await statements(api, truthSql, ids);
  const register = await statements(rating, registerSql, ids);
  const histogram = await statements(rating, 'SELECT * FROM product_rating WHERE product_id = ANY($1)', ids);
  const rows = await productRows(api, ids);
  const served = await servedJson(apiUrl, [...rows.keys()]);

  return ids.flatMap((productId) => {
    const expected = truth.get(productId) ?? nothing;
    const places: [Place, Statement | null | undefined][] = [
      ['register', register.get(productId) ?? nothing],
      ['histogram', histogram.get(productId) ?? nothing],
      ['products row', rows.get(productId)],
      ['served JSON', served.get(productId)],
    ];
    return places.flatMap(([place, statement]) => {
      if (statement === undefined) return [];
      const comparable = statement?.version === null ? { ...expected, version: null } : expected;
      const [says, wanted] = [
        statement ? describe(statement) : 'there is no such product',
        describe(comparable),
      ];
      return says === wanted ? [] : [{ productId, place, says, truth: wanted }];
    });
  });
}

async function statements(client: Client, sql: string, ids: string[]): Promise<Map<string, Statement>> {
  const { rows } = await client.query<HistogramRow>(sql, [ids]);
  return new Map(rows.map((row) => [row.product_id, statementOf(row)]));
}

async function productRows(api: Client, ids: string[]): Promise<Map<string, Statement>> {
  const { rows } = await api.query<HistogramRow & { average: string | null; review_count: string }>(
    productsSql,
    [ids],
  );
  return new Map(
    rows.map((row) => {
      const average = row.average === null ? null : Number(row.average);
      return [row.product_id, { ...statementOf(row), count: Number(row.review_count), average }];
    }),
  );
}

interface ServedProduct {
  averageRating: number | null;
  reviewCount: number;
  ratingDistribution: Record<'1' | '2' | '3' | '4' | '5', number>;
}

/** As a shop sees them, eight requests at a time; null for a product that is not served. */
async function servedJson(apiUrl: string, ids: string[]): Promise<Map<string, Statement | null>> {
  const served = new Map<string, Statement | null>();
  const queue = [...ids];
  const work = async () => {
    for (let id = queue.pop(); id; id = queue.pop()) {
      const response = await fetch(`${apiUrl}/api/products/${id}`, { signal: AbortSignal.timeout(10_000) });
      if (response.status === 404) {
        served.set(id, null);
        continue;
      }
      if (!response.ok) throw new Error(`${apiUrl}/api/products/${id} answers ${response.status}`);
      const { averageRating, reviewCount, ratingDistribution: of } = (await response.json()) as ServedProduct;
      const histogram: Histogram = [of[1], of[2], of[3], of[4], of[5]];
      served.set(id, { count: reviewCount, histogram, average: averageRating, version: null });
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return served;
}

function describe({ count, histogram, average, version }: Statement): string {
  const rating = `average ${average}, count ${count}, histogram ${histogram.join('/')}`;
  return version === null ? rating : `${rating}, version ${version}`;
}
