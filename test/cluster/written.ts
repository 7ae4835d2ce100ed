import type { Clients, WrittenReview } from './clients.ts';
import type { Cluster } from './cluster.ts';

interface Row {
  id: string;
  title: string | null;
  rating: number;
  version: number;
  is_deleted: boolean;
}

/** Of every write that was acknowledged, and of every review that nobody was told of: what the database has instead. */
export async function lostWrites({ postgres }: Cluster, { written, productIds }: Clients): Promise<string[]> {
  const rows = await postgres.query<Row>(
    'ct_api',
    `SELECT id, title, rating, version::int, deleted_at IS NOT NULL AS is_deleted FROM reviews WHERE product_id = ANY($1)`,
    [productIds],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  const lost = written.flatMap((review) => {
    const fault = faultOf(review, found.get(review.id));
    found.delete(review.id);
    return fault ? [`review ${review.id} ${fault}`] : [];
  });
  return [...lost, ...[...found.keys()].map((id) => `review ${id} is there, and nobody was told of it`)];
}

function faultOf(
  { marker, rating, version, isDeleted }: WrittenReview,
  row: Row | undefined,
): string | undefined {
  if (!row) return 'is lost';
  if (row.is_deleted !== isDeleted)
    return isDeleted ? 'is there, though deleted' : 'is deleted, though nobody did that';
  // A DELETE whose first answer was lost tells no version.
  if (isDeleted) return row.version > version ? undefined : `has version ${row.version} as a tombstone`;
  const isRight = row.title === marker && row.rating === rating && row.version === version;
  return isRight
    ? undefined
    : `has ${row.rating} stars at version ${row.version} instead of ${rating} at ${version}`;
}
