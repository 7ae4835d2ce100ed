import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import type { Logger } from '../logger.ts';
import { Counter, createProbe, Gauge, type Registry } from '../metrics.ts';
import { pauseMs } from './pause.ts';

/** The columns that every outbox table has, see {@link outboxTableSql}. bigint comes as a string. */
export interface OutboxRow {
  id: string;
  attempts: number;
  created_at: Date;
}

/** What became of one row. */
export type Delivery =
  /** It has arrived: the row is deleted. */
  | { status: 'delivered' }
  /** Not now: the row is tried again after a pause that grows with its attempts. */
  | { status: 'postponed'; reason: string }
  /** Never: the row is moved to the parked table. */
  | { status: 'parked'; reason: string };

export interface RelayOptions<Row extends OutboxRow> {
  sequelize: Sequelize;
  /** Name of the outbox table, and of the relay in log and metrics. */
  table: string;
  /**
   * Delivers rows and tells of each, in their order, what became of it. Must bound its own time. Throws when
   * nothing can be delivered at all: then all rows stay as they are and are tried again after a pause.
   * `transaction` is the one that holds the rows; what it reads is what stands since they were claimed.
   */
  deliver: (rows: Row[], transaction: Transaction) => Promise<Delivery[]>;
  log: Logger;
  metrics: Registry;
  /** Rows at once at the most. Default 500. */
  batchSize?: number;
  /** Pause between two looks at an empty table, ± 20 %. Default 250. */
  pollIntervalMs?: number;
  /** Before a row that was postponed is tried again: 100 ms, doubling up to this. Default 5,000. */
  longestPauseMs?: number;
}

/**
 * Delivers what the triggers have appended to an outbox table, at least once. Any number of relays may work on
 * one table: each claims rows that no other holds. Order is not kept; receivers go by versions.
 */
export function createRelay<Row extends OutboxRow>(options: RelayOptions<Row>) {
  const { sequelize, table, deliver, log, metrics, batchSize = 500 } = options;
  const { pollIntervalMs = 250, longestPauseMs = 5_000 } = options;
  const relayed = counter(metrics);
  watchDepth(metrics, sequelize, table);

  let running: Promise<void> | undefined;
  let stopping = false;
  let failures = 0;
  let woken = false;
  let endPause: (() => void) | undefined;

  /** One transaction: claim, deliver, delete. `more`: there may be rows to take at once; `stuck`: none went, again. */
  async function relayBatch(): Promise<'more' | 'done' | 'stuck'> {
    return sequelize.transaction(async (transaction) => {
      const rows = await claim(transaction);
      if (rows.length === 0) return 'done';
      const deliveries = await deliver(rows, transaction);
      await settle(rows, deliveries, transaction);
      const inVain = (row: Row, index: number) =>
        row.attempts > 0 && deliveries[index]?.status === 'postponed';
      if (rows.every(inVain)) return 'stuck';
      return rows.length === batchSize ? 'more' : 'done';
    });
  }

  /** Two at once behind a full one: while the broker takes the rows of the one, the database deals with the other's. */
  async function relayBacklog(): Promise<'done' | 'stuck'> {
    const first = await relayBatch();
    if (first !== 'more') return first;
    const ends = await Promise.allSettled([relayFullBatches(), relayFullBatches()]);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
    return ends.some((end) => end.status === 'fulfilled' && end.value === 'stuck') ? 'stuck' : 'done';
  }

  async function relayFullBatches(): Promise<'done' | 'stuck'> {
    while (!stopping) {
      const outcome = await relayBatch();
      if (outcome !== 'more') return outcome;
    }
    return 'done';
  }

  /** SKIP LOCKED: what another relay holds is its business. The primary key's index serves the order. */
  function claim(transaction: Transaction): Promise<Row[]> {
    return sequelize.query<Row>(
      `SELECT * FROM ${table} WHERE available_at <= now() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`,
      { bind: [batchSize], type: QueryTypes.SELECT, transaction },
    );
  }

  async function settle(rows: Row[], deliveries: Delivery[], transaction: Transaction) {
    const having = <S extends Delivery['status']>(status: S) =>
      rows.flatMap((row, index) => {
        const delivery = deliveries[index];
        return delivery?.status === status ? [{ row, delivery: delivery as Delivery & { status: S } }] : [];
      });
    const delivered = having('delivered');
    const parked = having('parked');
    const postponed = having('postponed');

    for (const { row, delivery } of parked) {
      log.error({ table, id: row.id, reason: delivery.reason }, 'outbox row parked');
      await sequelize.query(`INSERT INTO ${table}_parked (id, row, reason) VALUES ($1, $2, $3)`, {
        bind: [row.id, JSON.stringify(row), delivery.reason],
        transaction,
      });
    }
    const gone = [...delivered, ...parked].map(({ row }) => row.id);
    if (gone.length > 0) {
      await sequelize.query(`DELETE FROM ${table} WHERE id = ANY($1::bigint[])`, {
        bind: [gone],
        transaction,
      });
    }
    if (postponed[0]) {
      const { reason } = postponed[0].delivery;
      log.warn({ table, rows: postponed.length, reason }, 'outbox rows postponed');
      await sequelize.query(
        // Longer each time, so that rows nobody can take do not stand in the way of the others.
        `UPDATE ${table}
            SET attempts = attempts + 1, available_at = now() + least(0.1 * 2 ^ least(attempts, 20), $2) * interval '1 second'
          WHERE id = ANY($1::bigint[])`,
        { bind: [postponed.map(({ row }) => row.id), longestPauseMs / 1000], transaction },
      );
    }
    for (const [outcome, of] of Object.entries({ delivered, parked, postponed })) {
      relayed.inc({ table, outcome }, of.length);
    }
  }

  async function run() {
    while (!stopping) {
      woken = false;
      try {
        const outcome = await relayBacklog();
        // Rows that nobody takes must not be tried without a pause, however many there are.
        failures = outcome === 'stuck' ? failures + 1 : 0;
      } catch (error) {
        failures += 1;
        relayed.inc({ table, outcome: 'failed' });
        log.warn({ table, failures, err: error }, 'relay failed, will try again');
      }
      await pause();
    }
  }

  /** A wake-up ends the pause between polls at once, but not the pause after a failure. */
  async function pause() {
    if (stopping || (woken && failures === 0)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs(pollIntervalMs, failures));
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    endPause = undefined;
  }

  function wake(): void {
    woken = true;
    if (failures === 0) endPause?.();
  }

  return {
    start(): void {
      running ??= run();
    },

    /** Lets the running batch finish, and returns when it has. */
    async stop(): Promise<void> {
      stopping = true;
      endPause?.();
      await running;
    },

    /** Rows may have come: look now. To be called after a commit; forgetting it costs a poll interval. */
    wake,

    /**
     * Resolves when every row that is in the table now has been delivered, by whichever relay. Throws if that
     * takes longer than `timeoutMs`.
     */
    async drained({ timeoutMs = 5_000 } = {}): Promise<void> {
      const last = await newestId(sequelize, table);
      const deadline = Date.now() + timeoutMs;
      // Whoever asks has a reason to believe that it will go now.
      failures = 0;
      while (await holdsRowsUpTo(sequelize, table, last)) {
        if (Date.now() > deadline) throw new Error(`${table} still holds rows after ${timeoutMs} ms`);
        wake();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

export type Relay = ReturnType<typeof createRelay>;

async function newestId(sequelize: Sequelize, table: string): Promise<string | null> {
  const rows = await sequelize.query<{ max: string | null }>(`SELECT max(id) FROM ${table}`, {
    type: QueryTypes.SELECT,
  });
  return rows[0]?.max ?? null;
}

/** A plain SELECT also sees rows that a relay has claimed but not yet deleted for good. Up to null there are none. */
async function holdsRowsUpTo(sequelize: Sequelize, table: string, id: string | null): Promise<boolean> {
  // Without the order it would be read from the first page on, past all that was deleted and not yet vacuumed.
  const rows = await sequelize.query(`SELECT 1 FROM ${table} WHERE id <= $1 ORDER BY id LIMIT 1`, {
    bind: [id],
    type: QueryTypes.SELECT,
  });
  return rows.length > 0;
}

function counter(metrics: Registry): Counter<'table' | 'outcome'> {
  const name = 'ct_outbox_rows_total';
  const known = metrics.getSingleMetric(name) as Counter<'table' | 'outcome'> | undefined;
  return (
    known ??
    new Counter({
      name,
      help: 'Outbox rows by what became of them',
      labelNames: ['table', 'outcome'],
      registers: [metrics],
    })
  );
}

/**
 * Looked up when they are asked for, all in one statement: the counts stop at 10,000 to stay cheap, and a database that does not answer
 * within a second leaves them without a value.
 */
function watchDepth(metrics: Registry, sequelize: Sequelize, table: string) {
  const probe = createProbe(async () => {
    const [row] = await sequelize.query<Depth>(depthSql(table), { type: QueryTypes.SELECT });
    return row;
  });
  const gauge = (name: string, help: string, value: keyof Depth) =>
    new Gauge({
      name: `ct_${table}_${name}`,
      help,
      registers: [metrics],
      async collect() {
        this.set((await probe())?.[value] ?? NaN);
      },
    });
  gauge('depth_rows', `Rows waiting in ${table}, counted to 10,000`, 'depth');
  gauge('oldest_age_seconds', `Age of the oldest row in ${table}`, 'age');
  gauge('parked_rows', `Rows of ${table} that were put aside, counted to 10,000`, 'parked');
}

type Depth = Record<'depth' | 'age' | 'parked', number>;

const depthSql = (table: string) => `
  SELECT (SELECT count(*)::int FROM (SELECT FROM ${table} LIMIT 10000) AS waiting) AS depth,
         coalesce((SELECT extract(epoch FROM now() - created_at)::float8 FROM ${table} ORDER BY id LIMIT 1), 0) AS age,
         (SELECT count(*)::int FROM (SELECT FROM ${table}_parked LIMIT 10000) AS parked) AS parked`;
