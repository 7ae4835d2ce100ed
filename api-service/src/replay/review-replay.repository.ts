import { QueryTypes, type Sequelize } from 'sequelize';

/** What came of an attempt to go on: there was nothing to do, the outbox was full, there is more, or it was the last. */
export type ReplayStep = 'none' | 'full' | 'more' | 'done';

/** Reviews in one transaction. */
const batchSize = 1_000;
/** So many rows keep the relays busy; more would only have new reviews wait behind them. */
const fullOutboxRows = 5_000;

/** Appends all reviews to the outbox again, in steps, see migration 0005. */
export function createReviewReplayRepository(sequelize: Sequelize) {
  return {
    /** Has it begin, and begin anew if it is under way. */
    async ask(): Promise<void> {
      await sequelize.query(askSql);
    },

    /** Appends an event for each of the next reviews by id, and moves the position past them, or does neither. */
    step(): Promise<ReplayStep> {
      return sequelize.transaction(async (transaction) => {
        const select = <Row extends object>(sql: string, bind: unknown[] = []) =>
          sequelize.query<Row>(sql, { bind, type: QueryTypes.SELECT, transaction });

        const [replay] = await select<{ last_id: string | null }>(claimSql);
        if (!replay) return 'none';
        if ((await select(outboxSql, [fullOutboxRows - 1])).length > 0) return 'full';
        const told = await select<{ id: string }>(appendSql, [replay.last_id, batchSize]);
        if (told.length < batchSize) {
          await sequelize.query('DELETE FROM review_replay', { transaction });
          return 'done';
        }
        const bind = [told.at(-1)!.id];
        await sequelize.query('UPDATE review_replay SET last_id = $1', { bind, transaction });
        return 'more';
      });
    },
  };
}

export type ReviewReplayRepository = ReturnType<typeof createReviewReplayRepository>;

const askSql = `
  INSERT INTO review_replay DEFAULT VALUES
      ON CONFLICT (only_row) DO UPDATE SET last_id = NULL, asked_at = now()`;

/** Another instance that is at it holds the row. */
const claimSql = `SELECT last_id FROM review_replay FOR UPDATE SKIP LOCKED`;

/** In the order of ids, as that index is past the rows that were deleted and not yet vacuumed. */
const outboxSql = `SELECT 1 FROM outbox ORDER BY id OFFSET $1 LIMIT 1`;

/** What the triggers append (migration 0003), by state. Tombstones too: their deletion may be what was lost. */
const appendSql = `
  WITH told AS (
    SELECT id, product_id, review_event_data(reviews) AS data,
           CASE WHEN deleted_at IS NOT NULL THEN 'review-deleted'
                WHEN version = 1 THEN 'review-created'
                ELSE 'review-updated' END AS type
      FROM reviews
     WHERE $1::uuid IS NULL OR id > $1
     ORDER BY id
     LIMIT $2
  ), appended AS (
    INSERT INTO outbox (type, subject, data) SELECT type, product_id, data FROM told
  )
  SELECT id FROM told ORDER BY id`;
