/** What `represent` makes of the rows with these ids, in their order; null where there is no such row. */
export function inOrder<Row extends { id: string }, T>(
  ids: string[],
  rows: Row[],
  represent: (row: Row) => T,
): (T | null)[] {
  const found = new Map(rows.map((row) => [row.id, represent(row)]));
  return ids.map((id) => found.get(id) ?? null);
}
