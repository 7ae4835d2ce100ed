import type { Client } from 'pg';

/** All that a migration can make in a database, as the server describes it, and what it remembers of migrations. */
export async function schemaOf(
  client: Client,
  { except = [] }: { except?: string[] } = {},
): Promise<string[]> {
  const { rows } = await client.query<{ object: string }>(schemaSql, [except]);
  return rows.map(({ object }) => object);
}

const schemaSql = `
  SELECT format('column %s.%s %s %s %s %s', relname, attname, format_type(atttypid, atttypmod), attnotnull,
                concat(attgenerated, attidentity), pg_get_expr(adbin, adrelid)) AS object
    FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
   WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S') AND attnum > 0
  UNION ALL
  SELECT format('table %s %s %s %s', relname, relkind, relpersistence, reloptions)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'
  UNION ALL
  SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL
  SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL
  SELECT format('trigger %s %s', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
  UNION ALL
  SELECT format('migration %s %s', name, applied_at) FROM schema_migrations WHERE 'schema_migrations' <> ALL ($1)
  ORDER BY 1`;
