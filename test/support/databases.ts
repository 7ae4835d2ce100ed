import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { createLogger } from 'ct-common-lib';
import { runMigrations } from 'ct-common-lib/postgres';
import { migrations } from '../../api-service/src/db/migrations/index.ts';
import { query } from './deployment.ts';

const nameOf = (url: string) => new URL(url).pathname.slice(1);
const serverOf = (url: string) => Object.assign(new URL(url), { pathname: '/postgres' }).href;

/** As an operator in psql, whoever is connected. */
export async function dropDatabase(url: string) {
  await query(serverOf(url), `DROP DATABASE ${escapeIdentifier(nameOf(url))} WITH (FORCE)`);
}

/** An empty one, or a copy of `template`, in which nobody may be: its files as they are, as a snapshot of the disk would have them. */
export async function createDatabase(url: string, { template }: { template?: string } = {}) {
  const from = template === undefined ? '' : ` TEMPLATE ${escapeIdentifier(nameOf(template))}`;
  await query(serverOf(url), `CREATE DATABASE ${escapeIdentifier(nameOf(url))}${from}`);
}

export type Dump = { table: string; columns: string[]; rows: unknown[] }[];

/** The rows of all tables at one moment, as pg_dump has them. */
export async function dumpDatabase(url: string): Promise<Dump> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const { rows: tables } = await client.query<{ table: string; columns: string[] }>(
      `SELECT table_name AS table, array_agg(column_name::text ORDER BY ordinal_position) AS columns
         FROM information_schema.columns
        WHERE table_schema = 'public' AND is_generated = 'NEVER'
        GROUP BY table_name`,
    );
    const dump: Dump = [];
    for (const { table, columns } of tables) {
      const { rows } = await client.query<{ row: unknown }>(
        `SELECT to_jsonb(t) AS row FROM ${escapeIdentifier(table)} AS t`,
      );
      dump.push({ table, columns, rows: rows.map(({ row }) => row) });
    }
    return dump;
  } finally {
    await client.end();
  }
}

/** Puts the rows into tables made anew, as pg_restore does. `prepare` makes those that no migration does. */
export async function restoreDatabase(url: string, dump: Dump, prepare: () => Promise<unknown>) {
  await createDatabase(url);
  await runMigrations({ url, migrations, log: createLogger({ name: 'test', level: 'silent' }) });
  await prepare();
  const statements = dump.map(({ table, columns, rows }) => {
    const [into, names] = [escapeIdentifier(table), columns.map(escapeIdentifier).join(', ')];
    return `
      DELETE FROM ${into};
      INSERT INTO ${into} (${names}) OVERRIDING SYSTEM VALUE
      SELECT ${names} FROM jsonb_populate_recordset(NULL::${into}, ${escapeLiteral(JSON.stringify(rows))}::jsonb);`;
  });
  await query(url, `SET session_replication_role = replica; ${statements.join('\n')} ${sequences}`);
}

/** Numbers go on after those of the rows. */
const sequences = `
  DO $do$
  DECLARE
    numbered record;
  BEGIN
    FOR numbered IN
      SELECT table_name, column_name FROM information_schema.columns
       WHERE table_schema = 'public' AND is_identity = 'YES'
    LOOP
      EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), (SELECT coalesce(max(%I), 0) + 1 FROM %I))',
                     numbered.table_name, numbered.column_name, numbered.column_name, numbered.table_name);
    END LOOP;
  END
  $do$`;
