import { setTimeout as sleep } from 'node:timers/promises';
import { QueryTypes, type Sequelize } from 'sequelize';
import {
  Counter,
  Gauge,
  TransientError,
  urlPerHost,
  within,
  type Logger,
  type Registry,
} from 'ct-common-lib';
import { createSequelize, isTransientPostgresError } from 'ct-common-lib/postgres';

export interface ReplicasDeps {
  /** Several hosts with commas between are replicas of their own. */
  url: string;
  primary: Sequelize;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  log: Logger;
  metrics: Registry;
}

/** A list may be as late as it is when it comes from the cache. */
const mostLateMs = 2_000;
const lookEveryMs = 500;
const answerTimeoutMs = 1_000;

/**
 * Replicas of the database, for reads that may be up to two seconds late. Nothing that they say may be cached. Each has
 * connections of its own, by which no other statement can go to it by mistake.
 */
export function createReplicas({ url, primary, applicationName, log, metrics }: ReplicasDeps) {
  const replicas = urlPerHost(url).map((each) =>
    createReplica(createSequelize(each, { log, applicationName, poolSize: 6 }), primary, {
      name: new URL(each).host,
      log,
    }),
  );
  let turn = 0;

  const reads = new Counter({
    name: 'ct_db_replica_reads_total',
    help: 'Reads for a replica: done by one, or left to the primary as all were late, or as the one asked has failed',
    labelNames: ['outcome'] as const,
    registers: [metrics],
  });
  for (const outcome of ['done', 'late', 'failed'] as const) reads.inc({ outcome }, 0);
  new Gauge({
    name: 'ct_db_replica_lag_seconds',
    help: 'How long ago the moment is up to which a replica is known to be complete',
    labelNames: ['replica'],
    registers: [metrics],
    collect() {
      for (const { name, lagMs } of replicas) this.set({ replica: name }, lagMs() / 1000);
    },
  });

  return {
    /**
     * What `read` gives from one of the replicas, in turn. Undefined where the primary is to be asked: all are late or away, or the
     * one that was asked has failed, or has not answered within a second.
     */
    async read<T>(read: (replica: Sequelize) => Promise<T>): Promise<T | undefined> {
      const usable = replicas.filter((replica) => replica.isUsable());
      const replica = usable[turn++ % usable.length];
      const result = replica && (await replica.ask(read));
      reads.inc({ outcome: result ? 'done' : replica ? 'failed' : 'late' });
      return result?.value;
    },

    areInUse: () => replicas.some((replica) => replica.isUsable()),

    /** Returns when each was looked at once. */
    async start() {
      await Promise.all(replicas.map((replica) => replica.start()));
    },

    async stop() {
      await Promise.all(replicas.map((replica) => replica.stop()));
    },
  };
}

export type Replicas = ReturnType<typeof createReplicas>;

/** Where a server is in the log of changes, and which log of which database that is: positions of two logs cannot be compared. */
interface Place {
  /** Null on one that is no replica. */
  position: string | null;
  log: string;
}

const databaseSql = `SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
  FROM pg_control_system()`;
// A server that takes over begins a new timeline, which the name of a file of the log begins with.
const primarySql = `SELECT pg_current_wal_lsn() AS position,
  (${databaseSql}) || '/' || ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int AS log`;
// The newest that it has written down: a replica that follows a new primary is asked soon after, one that does not, never.
const replicaSql = `SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END AS position,
  (${databaseSql}) || '/' || (
    SELECT greatest(timeline_id, min_recovery_end_timeline) FROM pg_control_checkpoint(), pg_control_recovery()
  ) AS log`;

/** A position of the primary, and when it had that. */
interface Mark {
  position: bigint;
  /** By `performance.now()`. */
  at: number;
}

/**
 * One replica. Twice a second it is seen how late it is: whoever has replayed the log up to what was the primary's position at a moment
 * has all that was committed before it. No clock of another machine has a part in that.
 */
function createReplica(
  sequelize: Sequelize,
  primary: Sequelize,
  { name, log }: { name: string; log: Logger },
) {
  const stopping = new AbortController();
  let completeAt = -Infinity;
  let answers = false;
  /** Not seen in it yet. */
  let awaited: Mark | undefined;
  let wasUsable: boolean | undefined;
  let watching: Promise<void> | undefined;

  const lagMs = () => performance.now() - completeAt;
  const isUsable = () => answers && lagMs() < mostLateMs;

  const placeOf = async (server: Sequelize, sql: string) => {
    const rows = server.query<Place>(sql, { type: QueryTypes.SELECT });
    return (await within(answerTimeoutMs, rows))[0]!;
  };

  async function look() {
    const at = performance.now();
    const truth = await placeOf(primary, primarySql);
    const place = await placeOf(sequelize, replicaSql);
    if (place.position === null || place.log !== truth.log) {
      completeAt = -Infinity;
      throw new Error(
        `${name} is no replica of the database in DATABASE_URL, or has not gone over to its timeline`,
      );
    }
    answers = true;
    const newest = { position: numberOf(truth.position!), at };
    const replayed = numberOf(place.position);
    const seen = [newest, awaited].find((mark) => mark && mark.position <= replayed);
    if (seen) completeAt = seen.at;
    if (seen || !awaited) awaited = newest;
  }

  /** Tells of each change once. */
  async function lookAndTell() {
    const err = await look().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (isUsable() === wasUsable) return;
    wasUsable = isUsable();
    if (wasUsable) log.info({ replica: name }, 'a replica serves lists');
    else log.warn({ replica: name, err }, 'a replica is late or away: the primary serves lists instead');
  }

  async function watch() {
    while (!stopping.signal.aborted) {
      await sleep(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      await lookAndTell();
    }
  }

  return {
    name,
    lagMs,
    isUsable,

    /** Undefined if it fails; if that is not the fault of what was asked, it is asked nothing more until the next look. */
    async ask<T>(read: (replica: Sequelize) => Promise<T>): Promise<{ value: T } | undefined> {
      try {
        return { value: await within(answerTimeoutMs, read(sequelize)) };
      } catch (error) {
        if (error instanceof TransientError || isTransientPostgresError(error)) answers = false;
        return undefined;
      }
    },

    async start() {
      await lookAndTell();
      watching = watch();
    },

    async stop() {
      stopping.abort();
      await watching;
      await sequelize.close();
    },
  };
}

/** `16/B374D848` is two halves of 32 bits, in hexadecimal. */
function numberOf(position: string): bigint {
  const [high, low] = position.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
