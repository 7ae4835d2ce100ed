import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

export interface Session {
  id: string;
  accountId: string;
  /** SHA-256 of the refresh token that is good now. */
  tokenHash: Buffer;
}

/** How long a session lasts after its last refresh. */
export const sessionDays = 30;
/** Of one account: the oldest end. */
const mostSessions = 50;

/** Sessions in PostgreSQL. */
export function createSessionRepository(sequelize: Sequelize) {
  const run = <Row extends object>(sql: string, bind: unknown[], transaction?: Transaction) =>
    sequelize.query<Row>(sql, { bind, ...(transaction && { transaction }), type: QueryTypes.SELECT });

  return {
    async create({ id, accountId, tokenHash }: Session, transaction: Transaction): Promise<void> {
      await run(createSql, [id, accountId, tokenHash], transaction);
      await run(boundSql, [accountId], transaction);
    },

    /** That has not expired; locked. */
    async find(id: string, transaction: Transaction): Promise<Session | undefined> {
      const [session] = await run<Session>(findSql, [id], transaction);
      return session;
    },

    async renew(id: string, tokenHash: Buffer, transaction: Transaction): Promise<void> {
      await run(renewSql, [id, tokenHash], transaction);
    },

    async end(id: string, transaction?: Transaction): Promise<void> {
      await run('DELETE FROM sessions WHERE id = $1', [id], transaction);
    },

    async endAll(accountId: string, transaction: Transaction): Promise<void> {
      await run('DELETE FROM sessions WHERE account_id = $1', [accountId], transaction);
    },
  };
}

export type SessionRepository = ReturnType<typeof createSessionRepository>;

const createSql = `INSERT INTO sessions (id, account_id, token_hash, expires_at)
  VALUES ($1, $2, $3, now() + interval '${sessionDays} days')`;

const boundSql = `DELETE FROM sessions WHERE id IN (
  SELECT id FROM sessions WHERE account_id = $1 ORDER BY expires_at DESC OFFSET ${mostSessions})`;

const findSql = `SELECT id, account_id AS "accountId", token_hash AS "tokenHash" FROM sessions
  WHERE id = $1 AND expires_at > now() FOR UPDATE`;

const renewSql = `UPDATE sessions SET token_hash = $2, expires_at = now() + interval '${sessionDays} days' WHERE id = $1`;
