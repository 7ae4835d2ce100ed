import { describe, type Operation } from '../load/operation-log.ts';
import { factsOf, mayBeGone, deletionOf, type Body, type Thing } from '../load/ledger.ts';
import type { Load } from '../load/load.ts';
import type { Rig } from '../rig.ts';

const chunkSize = 2_000;

const reviewsSql = `
  SELECT id, version::int, deleted_at IS NOT NULL AS "isDeleted", rating, title, text, status,
         json_build_object('id', author_id, 'name', author_name) AS author
    FROM reviews WHERE id = ANY($1)`;

const productsSql = `
  SELECT id, version::int, false AS "isDeleted", sku, name, description, brand, price::text, currency
    FROM products WHERE id = ANY($1)`;

const createdSql =
  'SELECT marker, count(*)::int AS count FROM rig.created WHERE marker = ANY($1) GROUP BY marker';

type Row = Body & { isDeleted: boolean };

/** Says of every write whose outcome is known where the database says something else. */
export async function differencesFromLog(
  { postgres }: Pick<Rig, 'postgres'>,
  { ledger, log, imports }: Load,
) {
  const differences: string[] = [];

  async function stored(kind: Thing['kind'], things: Thing[]) {
    const sql = kind === 'reviews' ? reviewsSql : productsSql;
    for (const some of chunks(things)) {
      const rows = await postgres.query<Row>('ct_api', sql, [some.map(({ id }) => id)]);
      const found = new Map(rows.map((row) => [row.id, row]));
      for (const thing of some) {
        const fault = faultOf(thing, found.get(thing.id));
        if (fault)
          differences.push(`${kind} ${thing.id}: ${fault}; last acknowledged by ${thing.shown.by.name}`);
      }
    }
  }

  /** What was created as often as it was acknowledged: once, never, or one of these. */
  async function created(operations: Operation[]) {
    for (const some of chunks(operations)) {
      const markers = some.map(({ marker }) => marker);
      const rows = await postgres.query<{ marker: string; count: number }>('ct_api', createdSql, [markers]);
      const counts = new Map(rows.map(({ marker, count }) => [marker, count]));
      for (const operation of some) {
        const count = counts.get(operation.marker!) ?? 0;
        const isRight = { ok: count === 1, failed: count === 0, unknown: count <= 1 }[operation.outcome];
        if (!isRight)
          differences.push(`made ${count} times: ${describe(operation)}, marker ${operation.marker}`);
      }
    }
  }

  async function imported() {
    const rows = await postgres.query<{ marker: string; count: number }>('ct_api', createdSql, [
      imports.ended.map(({ source }) => source),
    ]);
    const counts = new Map(rows.map(({ marker, count }) => [marker, count]));
    for (const { source, rows: wanted, isWhole } of imports.ended) {
      const count = counts.get(source) ?? 0;
      if (isWhole ? count !== wanted : count > wanted)
        differences.push(
          `the import ${source} has ${count} of its ${wanted} rows in; it ${isWhole ? 'said that all are' : 'failed'}`,
        );
    }
  }

  const all = [...ledger.all.values()];
  await stored(
    'products',
    all.filter(({ kind }) => kind === 'products'),
  );
  await stored(
    'reviews',
    all.filter(({ kind }) => kind === 'reviews'),
  );
  await created(log.writes.filter(({ marker }) => marker !== undefined));
  await imported();
  return differences;
}

/** What the row has that the answers to its writes do not allow; undefined: nothing. */
function faultOf(thing: Thing, row: Row | undefined): string | undefined {
  const isGone = !row || row.isDeleted;
  if (isGone && !mayBeGone(thing)) return 'it is gone although nobody deleted it';
  if (!isGone && deletionOf(thing))
    return `it is there at version ${row.version} although its deletion was acknowledged`;
  // A product leaves nothing behind, a review a tombstone.
  if (!row) return thing.kind === 'reviews' ? 'it has left no tombstone' : undefined;

  // Its product's deletion is one change more, if it is not deleted itself before.
  const least = thing.changes + (thing.product?.deleted && !thing.deleted && thing.deletions === 0 ? 1 : 0);
  const most = thing.changes + thing.unknownChanges + (thing.product && mayBeGone(thing.product) ? 1 : 0);
  if (row.version < least || row.version > most)
    return `it is at version ${row.version}; its writes lead to ${least}${most > least ? ` to ${most}` : ''}`;
  const { shown } = thing;
  if (row.version < shown.version)
    return `it is at version ${row.version}, but ${shown.version} was acknowledged`;
  const facts = factsOf(thing.kind, row);
  if (!isGone && row.version === shown.version && facts !== shown.facts)
    return `it has ${facts}; ${shown.facts} was acknowledged for this version`;
  return undefined;
}

function* chunks<T>(items: T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += chunkSize) yield items.slice(from, from + chunkSize);
}
