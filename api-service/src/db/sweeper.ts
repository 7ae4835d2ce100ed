import { QueryTypes, type Sequelize } from 'sequelize';
import type { Logger } from 'ct-common-lib';
import { keptHours } from './once.ts';

const everyMs = 10 * 60_000;
const atOnce = 1_000;

/** Deletes kept answers, sessions and times of mails that are past their time, every ten minutes. */
export function createSweeper(sequelize: Sequelize, log: Logger) {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running: Promise<void> | undefined;

  async function sweep(): Promise<void> {
    try {
      for (const sql of [keysSql, sessionsSql, mailsSql]) {
        for (let deleted = atOnce; deleted === atOnce && !stopped;) {
          deleted = await sequelize.query(sql, { type: QueryTypes.BULKDELETE });
        }
      }
    } catch (error) {
      log.warn({ err: error }, 'old idempotency keys, sessions and times of mails could not be deleted');
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

const keysSql = `DELETE FROM idempotency_keys WHERE (caller, key) IN (
  SELECT caller, key FROM idempotency_keys WHERE created_at <= now() - interval '${keptHours} hours'
   ORDER BY created_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)`;

const sessionsSql = `DELETE FROM sessions WHERE id IN (
  SELECT id FROM sessions WHERE expires_at <= now() ORDER BY expires_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)`;

const mailsSql = `DELETE FROM recent_mails WHERE (address_hash, kind) IN (
  SELECT address_hash, kind FROM recent_mails WHERE asked_at[1] <= now() - interval '1 day'
   ORDER BY asked_at[1] LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)`;
