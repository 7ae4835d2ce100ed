import { DatabaseError, type Client } from 'pg';
import { faultOf, hold, type Fault } from '../fault.ts';
import type { Rig } from '../rig.ts';

const fault = faultOf('postgres');

/** The rows that most of the load is about. */
const hotRows = {
  ct_api: 'SELECT 1 FROM products ORDER BY review_count DESC LIMIT 5 FOR UPDATE',
  ct_rating: 'SELECT 1 FROM product_rating ORDER BY n1 + n2 + n3 + n4 + n5 DESC LIMIT 5 FOR UPDATE',
};
type Database = keyof typeof hotRows;

/** Holds in one transaction what `sql` locks. */
const holdLocked = ({ postgres, note }: Rig, database: Database, sql: string, seconds: number) =>
  postgres.session(database, async (client) => {
    for (let attempt = 1; attempt <= 5; attempt++) {
      await client.query('BEGIN');
      await client.query(`SET LOCAL lock_timeout = '1s'`);
      const isLocked = await client.query(sql).then(
        () => true,
        (error: unknown) => letPass(error, [lockNotAvailable]),
      );
      if (isLocked) await hold(seconds);
      await client.query('ROLLBACK');
      if (isLocked) return;
    }
    note(`the rig got no lock: ${sql}`);
  });

const lockedTables: { database: Database; table: string }[] = [
  { database: 'ct_api', table: 'reviews' },
  { database: 'ct_api', table: 'outbox' },
  { database: 'ct_rating', table: 'review_state' },
];

export const lockFaults: Fault[] = [
  ...lockedTables.map(({ database, table }) =>
    fault(`${table} locked for 10 s`, (rig) =>
      holdLocked(rig, database, `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`, 10),
    ),
  ),

  fault('an idle transaction holds hot products for 5 s', (rig) =>
    holdLocked(rig, 'ct_api', hotRows.ct_api, 5),
  ),
  fault('an idle transaction holds hot ratings for 5 s', (rig) =>
    holdLocked(rig, 'ct_rating', hotRows.ct_rating, 5),
  ),

  fault('deadlocks between reviews and products for 5 s', (rig) => deadlock(rig, 'ct_api', 'reviews')),
  fault('deadlocks between registers and ratings for 5 s', (rig) =>
    deadlock(rig, 'ct_rating', 'review_state'),
  ),
];

/**
 * Locks hot rows that a service takes last, waits until one stands before them, and then wants the table that this one
 * has begun with. PostgreSQL rolls back who finds the deadlock, and the rig looks for it much later than a service.
 */
async function deadlock({ postgres, note }: Rig, database: Database, table: string) {
  const before = await countDeadlocks({ postgres }, database);
  await postgres.session(database, async (client) => {
    for (const end = Date.now() + 5_000; Date.now() < end;) {
      await lockInReverse(client, hotRows[database], table);
      await hold(0.1);
    }
  });
  note(`${(await countDeadlocks({ postgres }, database)) - before} deadlocks in ${database}`);
}

async function lockInReverse(client: Client, rows: string, table: string) {
  await client.query('BEGIN');
  await client.query(`SET LOCAL deadlock_timeout = '5s'`);
  await client.query(`SET LOCAL lock_timeout = '1s'`);
  try {
    // In the server, as the service looks for a deadlock after 100 ms, and once only.
    await client.query(`
      DO $$
      DECLARE until timestamptz := clock_timestamp() + interval '500 milliseconds';
      BEGIN
        PERFORM 1 FROM (${rows}) AS hot;
        WHILE clock_timestamp() < until LOOP
          EXIT WHEN EXISTS (
            SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)));
          PERFORM pg_sleep(0.002);
        END LOOP;
        LOCK TABLE ${table} IN SHARE MODE;
      END $$`);
  } catch (error) {
    letPass(error, [lockNotAvailable, deadlockDetected]);
  } finally {
    await client.query('ROLLBACK');
  }
}

const lockNotAvailable = '55P03';
const deadlockDetected = '40P01';

function letPass(error: unknown, codes: string[]): false {
  if (error instanceof DatabaseError && codes.includes(error.code ?? '')) return false;
  throw error;
}

async function countDeadlocks({ postgres }: Pick<Rig, 'postgres'>, database: Database): Promise<number> {
  const sql = 'SELECT deadlocks::int AS count FROM pg_stat_database WHERE datname = $1';
  const [row] = await postgres.query<{ count: number }>('postgres', sql, [database]);
  return row?.count ?? 0;
}
