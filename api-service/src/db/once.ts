import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { ConflictError, KeyReusedError } from 'ct-common-lib';
import type { Representation } from 'ct-common-lib/http';
import { seal, unseal } from './seal.ts';

/** How long an answer is kept. */
export const keptHours = 24;

/** A request that may be sent again. */
export interface RepeatableRequest {
  /** Whose keys these are; empty: everybody's. */
  caller: string;
  /** By which it is known again; undefined: it is not. */
  key: string | undefined;
  /** What is asked for: an operation and its body, as it was parsed. */
  operation: string;
  body: object;
}

/** What is answered to the caller alone. */
export const untagged = (body: object): Representation => ({
  etag: '',
  body: Buffer.from(JSON.stringify(body)),
});

/** What is answered with 204. */
export const nothing: Representation = { etag: '', body: Buffer.alloc(0) };

/** What was done, as it is answered. */
export interface Done {
  /** What was created or changed. */
  id: string;
  representation: Representation;
  /** Whether the same request was answered so before. Default: it was not. */
  isReplay?: boolean;
}

interface KeptRow {
  request_hash: Buffer;
  created_id: string;
  etag: string;
  /** Null: erased with what was created. */
  body: Buffer | null;
}

/**
 * Does `effect` in a transaction that keeps its answer too, so that a crash leaves both or neither; or gives the answer that
 * was kept, to the same request. Throws `REQUEST_IN_PROGRESS` while the first one is being done, `IDEMPOTENCY_KEY_REUSED` where
 * the key was another request's, `CREATED_IS_ERASED` where what it created was deleted with all that was in it, and what `effect`
 * throws: of what failed nothing is kept, and it may be tried again.
 *
 * Requests hold passwords and answers hold secrets, so of a key only a hash is kept, and the request's hash and the answer are keyed
 * with it: whoever reads the table learns nothing but from keys that can be guessed.
 */
export function once(
  sequelize: Sequelize,
  { caller, key, operation, body }: RepeatableRequest,
  effect: (transaction: Transaction) => Promise<Done>,
): Promise<Done> {
  if (key === undefined) return sequelize.transaction(effect);
  const keyHash = createHash('sha256').update(`key ${key}`).digest('hex');
  const hash = createHmac('sha256', key)
    .update(`${operation} ${JSON.stringify(body)}`)
    .digest();

  return sequelize.transaction(async (transaction) => {
    const query = <Row extends object>(sql: string, bind: unknown[]) =>
      sequelize.query<Row>(sql, { bind, transaction, type: QueryTypes.SELECT });

    // A lock of its own: nobody waits in line for a request that is being done.
    const [lock] = await query<{ taken: boolean }>(lockSql, [JSON.stringify([caller, keyHash])]);
    if (!lock!.taken) {
      throw new ConflictError('REQUEST_IN_PROGRESS', {
        detail: 'A request with this Idempotency-Key is being done right now. Send it again shortly.',
      });
    }
    const [kept] = await query<KeptRow>(findSql, [caller, keyHash]);
    if (kept) {
      if (!timingSafeEqual(kept.request_hash, hash)) throw new KeyReusedError();
      if (!kept.body) {
        throw new ConflictError('CREATED_IS_ERASED', {
          detail:
            'What this request has created was deleted since, and its answer with it. Take a new key to create it anew.',
        });
      }
      const representation = { etag: kept.etag, body: unseal(key, kept.body) };
      return { id: kept.created_id, representation, isReplay: true };
    }
    const done = await effect(transaction);
    const { etag, body: answer } = done.representation;
    await query(keepSql, [caller, keyHash, hash, done.id, etag, seal(key, answer)]);
    return done;
  });
}

// In two statements, as only one that begins after the lock was taken sees what its last holder has committed.
const lockSql = 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken';

const findSql = `SELECT request_hash, created_id, etag, body FROM idempotency_keys
  WHERE caller = $1 AND key = $2 AND created_at > now() - interval '${keptHours} hours'`;

// Whoever stands there is older than that.
const keepSql = `INSERT INTO idempotency_keys (caller, key, request_hash, created_id, etag, body)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (caller, key) DO UPDATE
  SET request_hash = excluded.request_hash, created_id = excluded.created_id, etag = excluded.etag, body = excluded.body,
      created_at = excluded.created_at`;
