import type { Random } from '../../support/random.ts';
import type { Rig } from '../rig.ts';
import type { Ledger, Thing } from './ledger.ts';
import type { OperationLog, Outcome } from './operation-log.ts';

/** Errors of statements that never began: no connection, or a server that takes none. */
const neverBegan = new Set(['ECONNREFUSED', '57P03', '53300']);

const moderateSql = `
  UPDATE reviews SET status = $2 WHERE id = $1 AND deleted_at IS NULL RETURNING id`;

/** A review that is approved or rejected by hand, in SQL, past the API. */
export function createModeration({
  rig,
  log,
  ledger,
}: {
  rig: Pick<Rig, 'postgres'>;
  log: OperationLog;
  ledger: Ledger;
}) {
  return async function moderate(review: Thing, { below }: Random) {
    const status = ['approved', 'rejected', 'pending'][below(3)]!;
    const startedAt = Date.now();
    let outcome: Outcome;
    let answer: string | undefined;
    try {
      const rows = await rig.postgres.query('ct_api', moderateSql, [review.id, status]);
      outcome = rows.length > 0 ? 'ok' : 'failed';
      if (rows.length === 0) answer = 'no such review';
    } catch (error) {
      const { code = '', message } = error as Error & { code?: string };
      outcome = neverBegan.has(code) ? 'failed' : 'unknown';
      answer = `${code} ${message}`.trim();
    }
    const what = `moderate review ${review.id}: ${status}`;
    const operation = { what, by: 'psql', outcome, startedAt, endedAt: Date.now() };
    log.write({ ...operation, ...(answer !== undefined && { answer }) });
    ledger.changed(review, outcome);
  };
}

export type Moderate = ReturnType<typeof createModeration>;
