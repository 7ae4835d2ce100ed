import { QueryTypes, type Sequelize } from 'sequelize';
import { sqlState } from 'ct-common-lib/postgres';
import { decodeCursor, encodeCursor, invalidCursor } from './cursor.ts';

/** One order of a list: an indexed SQL expression, its type, and the direction in which id breaks ties too. */
export interface Order {
  expression: string;
  type: 'timestamptz' | 'text' | 'numeric' | 'bigint' | 'smallint';
  direction: 'ASC' | 'DESC';
}

export interface KeysetQuery {
  table: 'products' | 'reviews' | 'accounts' | 'api_keys';
  order: Order;
  /** SQL conditions with `$name` binds, all of which must hold. */
  conditions: string[];
  binds: Record<string, unknown>;
  limit: number;
  cursor: string | undefined;
  /** The sort and the filters: a cursor is good for no other list. */
  identity: Record<string, unknown>;
}

export interface IdPage {
  ids: string[];
  nextCursor: string | null;
}

/**
 * One page of ids by keyset: `(expression, id) > (last value, last id)` is a range of the index that serves the
 * order, so that page 1,000 costs what page 1 does.
 */
export async function pageOfIds(sequelize: Sequelize, query: KeysetQuery): Promise<IdPage> {
  const rows = await rowsOf(sequelize, query);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { ids: page.map(({ id }) => id), nextCursor: more ? encodeCursor(last, query.identity) : null };
}

async function rowsOf(sequelize: Sequelize, query: KeysetQuery) {
  const { sql, bind } = keysetSql(query);
  try {
    return await sequelize.query<{ id: string; value: string }>(sql, { bind, type: QueryTypes.SELECT });
  } catch (error) {
    // Class 22: PostgreSQL cannot read a value, and only a forged cursor brings one that has not been parsed.
    if (query.cursor !== undefined && sqlState(error)?.startsWith('22')) throw invalidCursor(error);
    throw error;
  }
}

/** The statement of {@link pageOfIds}: one row more than the page, to know whether there is a next one. */
export function keysetSql({ table, order, conditions, binds, limit, cursor, identity }: KeysetQuery) {
  const { expression, type, direction } = order;
  const where = [...conditions];
  const bind: Record<string, unknown> = { ...binds, limit: limit + 1 };
  if (cursor !== undefined) {
    const position = decodeCursor(cursor, identity);
    where.push(`(${expression}, id) ${direction === 'ASC' ? '>' : '<'} ($value::${type}, $id::uuid)`);
    Object.assign(bind, position);
  }
  const sql = `
    SELECT id, (${expression})::text AS value
      FROM ${table}
     ${where.length > 0 ? `WHERE ${where.join('\n       AND ')}` : ''}
     ORDER BY ${expression} ${direction}, id ${direction}
     LIMIT $limit`;
  return { sql, bind };
}
