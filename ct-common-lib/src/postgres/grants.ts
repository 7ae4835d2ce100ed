import { escapeLiteral } from 'pg';

/** What the user of a service may do, who does not own the tables: e.g. `{ reviews: 'SELECT, INSERT, UPDATE' }`. */
export interface Grants {
  /** The user. */
  role: string;
  /** Those of its tables that are there already; all others are closed to it. */
  tables: Record<string, string>;
}

/** SQL that gives the role these rights to the tables that there are, and no others. It locks no table. */
export const grantsSql = ({ role, tables }: Grants) => `
  DO $do$
  DECLARE
    wanted record;
  BEGIN
    FOR wanted IN SELECT key AS table_name, value AS rights FROM jsonb_each_text(${escapeLiteral(JSON.stringify(tables))}) LOOP
      CONTINUE WHEN to_regclass(wanted.table_name) IS NULL;
      EXECUTE format('REVOKE ALL ON %I FROM %I', wanted.table_name, ${escapeLiteral(role)});
      EXECUTE format('GRANT %s ON %I TO %I', wanted.rights, wanted.table_name, ${escapeLiteral(role)});
    END LOOP;
  END
  $do$`;
