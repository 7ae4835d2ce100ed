import { QueryTypes, type Sequelize } from 'sequelize';
import type { Logger } from 'ct-common-lib';
import { keptHours } from './once.ts';

const everyMs = 10 * 60_000;
const atOnce = 1_000;

/** Deletes answers that have been kept for long enough, every ten minutes. */
export function createKeySweeper(sequelize: Sequelize, log: Logger) {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running: Promise<void> | undefined;

  async function sweep(): Promise<void> {
    try {
      for (let deleted = atOnce; deleted === atOnce && !stopped;) {
        deleted = await sequelize.query(sweepSql, { type: QueryTypes.BULKDELETE });
      }
    } catch (error) {
      log.warn({ err: error }, 'old idempotency keys could not be deleted');
    }
  }

  return {
    /** Now, and again after each pause. */
    start() {
      running = sweep();
      timer = setInterval(() => void (running = sweep()), everyMs);
    },
    /** Resolves when the sweep that is running is over. */
    swept: () => running,
    /** Resolves when the sweep that is running is over, which ends early. */
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

const sweepSql = `DELETE FROM idempotency_keys WHERE (caller, key) IN (
  SELECT caller, key FROM idempotency_keys WHERE created_at <= now() - interval '${keptHours} hours'
   ORDER BY created_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)`;
