import { randomBytes } from 'node:crypto';
import { waitFor } from 'ct-common-lib/testing';
import type { PostgresServer } from '../servers/postgres.ts';

export interface FailingTrigger {
  database: string;
  table: string;
  /** Before each statement that writes to the table, or once for each row when the transaction commits. */
  timing: 'before statements' | 'at commit';
  /** PL/pgSQL statements. */
  body: string;
  /** After this time it does nothing any more, whether or not it has been removed. */
  seconds: number;
}

/** Makes writing to a table fail, or last; resolves once it does, and gives the function that removes all of it. */
export async function installFailing(
  postgres: PostgresServer,
  { database, table, timing, body, seconds }: FailingTrigger,
) {
  const name = `fault_rig_${randomBytes(6).toString('hex')}`;
  const trigger =
    timing === 'at commit'
      ? `CREATE CONSTRAINT TRIGGER ${name} AFTER INSERT OR UPDATE OR DELETE ON ${table}
           DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ${name}()`
      : `CREATE TRIGGER ${name} BEFORE INSERT OR UPDATE OR DELETE ON ${table}
           FOR EACH STATEMENT EXECUTE FUNCTION ${name}()`;

  const remove = () =>
    patiently(postgres, database, `DROP FUNCTION IF EXISTS ${name} CASCADE`, `${table} without ${name}`);

  const [clock] = await postgres.query<{ end: string }>(
    database,
    `SELECT (clock_timestamp() + $1 * interval '1 second')::text AS end`,
    [seconds],
  );
  await postgres.query(
    database,
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF clock_timestamp() < '${clock!.end}' THEN
         ${body}
       END IF;
       RETURN NULL;
     END $$`,
  );
  try {
    await patiently(postgres, database, trigger, `${table} with ${name}`);
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

/** Under load a table is rarely free, and who waits for its lock has everybody else wait behind him. */
async function patiently(postgres: PostgresServer, database: string, sql: string, what: string) {
  const attempt = () =>
    postgres.session(database, async (client) => {
      await client.query(`SET lock_timeout = '500ms'`);
      await client.query(sql);
      return true;
    });
  await waitFor(what, attempt, { timeoutMs: 20_000, intervalMs: 200 });
}
