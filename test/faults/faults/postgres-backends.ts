import { Client } from 'pg';
import { faultOf, hold, type Fault } from '../fault.ts';
import { rigApplicationName, type PostgresServer } from '../servers/postgres.ts';
import { installFailing } from './postgres-triggers.ts';

const fault = faultOf('postgres');

const services = `('api-service', 'rating-service')`;

/** Statements of the relays' and the consumers' transactions. */
const inRelayOrConsumer = `query ~ 'SKIP LOCKED|DELETE FROM|review_state|product_rating|WITH rating'`;

export const backendFaults: Fault[] = [
  ...['api-service', 'rating-service'].map((service) =>
    fault(`all backends of ${service} terminated, again and again`, async ({ postgres }, random) => {
      for (let round = 0; round < 5; round++) {
        await terminate(postgres, `application_name = '${service}'`);
        await hold(random.next());
      }
    }),
  ),

  fault('backends terminated in transactions of relays and consumers', async ({ postgres }) => {
    await terminateWhile(postgres, {
      where: `application_name IN ${services} AND xact_start IS NOT NULL AND ${inRelayOrConsumer} AND random() < 0.3`,
      seconds: 4,
      pauseMs: 20,
    });
  }),

  // A slow check that is deferred to the end of the transaction keeps it there; it is rolled back.
  fault('backends terminated at COMMIT, before it counts', async ({ postgres }) => {
    const slowly = `IF current_setting('fault_rig.slept', true) IS DISTINCT FROM txid_current()::text AND random() < 0.1 THEN
      PERFORM set_config('fault_rig.slept', txid_current()::text, true), pg_sleep(0.2);
    END IF;`;
    const at = { timing: 'at commit', body: slowly, seconds: 5 } as const;
    const checks = [
      await installFailing(postgres, { ...at, database: 'ct_api', table: 'reviews' }),
      await installFailing(postgres, { ...at, database: 'ct_api', table: 'outbox' }),
      await installFailing(postgres, { ...at, database: 'ct_rating', table: 'review_state' }),
    ];
    try {
      await terminateWhile(postgres, {
        where: `application_name IN ${services} AND wait_event = 'PgSleep'`,
        seconds: 4,
        pauseMs: 20,
      });
    } finally {
      for (const remove of checks) await remove();
    }
  }),

  // PostgreSQL waits for a standby that does not exist after it has committed: so the client never learns of it.
  fault('backends terminated at COMMIT, after it counts', async ({ postgres }) => {
    const committed = `application_name IN ${services} AND wait_event = 'SyncRep'`;
    try {
      for (let round = 0; round < 4; round++) {
        await setStandbys(postgres, 'nobody');
        await terminateWhile(postgres, { where: committed, seconds: 0.5, pauseMs: 50 });
        await setStandbys(postgres, '');
        await hold(0.5);
      }
    } finally {
      await setStandbys(postgres, '');
    }
  }),

  fault('no connection left for 5 s', async ({ postgres, note }) => {
    const hoard = new Set<Client>();
    try {
      await fill(postgres, hoard);
      // They have to come back, and find no room.
      await hoard
        .values()
        .next()
        .value?.query(terminateSql(`application_name IN ${services}`));
      for (const end = Date.now() + 5_000; Date.now() < end; await hold(0.05)) await fill(postgres, hoard);
      note(`the rig held ${hoard.size} connections`);
    } finally {
      await Promise.all([...hoard].map((client) => client.end().catch(() => undefined)));
    }
  }),
];

const terminateSql = (where: string) =>
  `SELECT count(pg_terminate_backend(pid))::int AS count FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (${where})`;

const terminate = (postgres: PostgresServer, where: string) =>
  postgres.query('postgres', terminateSql(where));

/** Looks in the server itself, as what is looked for may last for a millisecond; no more than 100 times. */
async function terminateWhile(
  postgres: PostgresServer,
  { where, seconds, pauseMs }: { where: string; seconds: number; pauseMs: number },
) {
  await postgres.query(
    'postgres',
    `DO $$
     DECLARE
       until timestamptz := clock_timestamp() + interval '${seconds} seconds';
       terminated int := 0;
     BEGIN
       WHILE clock_timestamp() < until AND terminated < 100 LOOP
         terminated := terminated + (${terminateSql(where)});
         PERFORM pg_sleep(${pauseMs / 1000});
         -- Else every look would see what the first one saw.
         PERFORM pg_stat_clear_snapshot();
       END LOOP;
     END $$`,
  );
}

async function setStandbys(postgres: PostgresServer, names: string) {
  await postgres.query('postgres', `ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
  await postgres.query('postgres', 'SELECT pg_reload_conf()');
}

const atOnce = 10;

/** Opens connections until the server has no more to give. */
async function fill(postgres: PostgresServer, hoard: Set<Client>): Promise<void> {
  for (let round = 0; round < 50; round++) {
    const opened = await Promise.all(Array.from({ length: atOnce }, () => open(postgres, hoard)));
    if (opened.includes(false)) return;
  }
  throw new Error(`The server still gives connections after ${hoard.size}`);
}

/** False if there was no room. */
async function open(postgres: PostgresServer, hoard: Set<Client>): Promise<boolean> {
  const client = new Client({
    connectionString: postgres.url('postgres'),
    application_name: rigApplicationName,
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => hoard.delete(client));
  try {
    await client.connect();
    hoard.add(client);
    return true;
  } catch {
    return false;
  }
}
