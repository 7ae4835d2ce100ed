import { fn, col, where, QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import type { Representation } from 'ct-common-lib/http';
import { inOrder } from '../db/in-order.ts';
import { pageOfIds, type IdPage } from '../db/keyset.ts';
import { once, type Done, type RepeatableRequest } from '../db/once.ts';
import { at } from '../db/versions.ts';
import type { MailKind } from '../mail/mail-kind.ts';
import { defineAccount, type Account } from './account.model.ts';
import { representAccount } from './account.representation.ts';
import type { AccountQuery } from './account.schema.ts';

type Fields = Partial<
  Pick<
    Account,
    | 'passwordHash'
    | 'role'
    | 'emailVerifiedAt'
    | 'disabledAt'
    | 'totpSecret'
    | 'totpConfirmedAt'
    | 'totpLastStep'
    | 'recoveryCodes'
  >
>;

/** Accounts in PostgreSQL. */
export function createAccountRepository(sequelize: Sequelize) {
  const Account = defineAccount(sequelize);
  const changes = async (sql: string, bind: unknown[], transaction: Transaction) =>
    (await sequelize.query(sql, { bind, transaction, type: QueryTypes.SELECT })).length > 0;

  return {
    /** See {@link once}. */
    once: (request: RepeatableRequest, effect: (transaction: Transaction) => Promise<Done>) =>
      once(sequelize, request, effect),

    inTransaction: <T>(work: (transaction: Transaction) => Promise<T>) => sequelize.transaction(work),

    find: (id: string, transaction?: Transaction): Promise<Account | null> =>
      Account.findOne({ where: { id }, ...(transaction && { transaction }) }),

    /** Nobody changes it until the transaction ends. */
    lock: (id: string, transaction: Transaction): Promise<Account | null> =>
      Account.findOne({ where: { id }, transaction, lock: transaction.LOCK.UPDATE }),

    /** The ids of all who can log in as admins, none of whom is another's until the transaction ends. */
    async lockAdmins(transaction: Transaction): Promise<string[]> {
      const where = { role: 'admin' as const, disabledAt: null };
      const lock = transaction.LOCK.UPDATE;
      const rows = await Account.findAll({ attributes: ['id'], where, order: ['id'], transaction, lock });
      return rows.map(({ id }) => id);
    },

    findByEmail: (email: string): Promise<Account | null> =>
      Account.findOne({ where: where(fn('lower', col('email')), email.toLowerCase()) }),

    /** The newest first. */
    async listIds({ limit, cursor, email }: AccountQuery): Promise<IdPage> {
      return pageOfIds(sequelize, {
        table: 'accounts',
        order: { expression: 'created_at', type: 'timestamptz', direction: 'DESC' },
        conditions: email === undefined ? [] : ['lower(email) = lower($email)'],
        binds: { email },
        limit,
        cursor,
        identity: { list: 'accounts', email },
      });
    },

    /** In the order of `ids`, without those that are gone. */
    async findMany(ids: string[]): Promise<Representation[]> {
      const found = inOrder(ids, await Account.findAll({ where: { id: ids } }), representAccount);
      return found.filter((account) => account !== null);
    },

    create: (
      account: Pick<Account, 'id' | 'email' | 'passwordHash'> & Fields,
      transaction: Transaction,
    ): Promise<Account> => Account.create(account, { transaction }),

    /** Null if there is none, or it is at none of `versions`. */
    async update(
      id: string,
      fields: Fields,
      transaction: Transaction,
      versions?: string[],
    ): Promise<Account | null> {
      const chosen = { id, ...at(versions) };
      if (Object.keys(fields).length === 0) return Account.findOne({ where: chosen, transaction });
      const [, rows] = await Account.update(fields, { where: chosen, returning: true, transaction });
      return rows[0] ?? null;
    },

    /** Its sessions go with it. False if there is none, or it is at none of `versions`. */
    remove: async (id: string, transaction: Transaction, versions?: string[]): Promise<boolean> =>
      (await Account.destroy({ where: { id, ...at(versions) }, transaction })) > 0,

    /** False if a code of this step, or of a later one, was taken before. */
    takeStep: (id: string, step: number, transaction: Transaction): Promise<boolean> =>
      changes(
        'UPDATE accounts SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2 RETURNING id',
        [id, step],
        transaction,
      ),

    /** False if it is none, or was taken before. */
    takeRecoveryCode: (id: string, hash: string, transaction: Transaction): Promise<boolean> =>
      changes(
        `UPDATE accounts SET recovery_codes = array_remove(recovery_codes, $2)
          WHERE id = $1 AND $2 = ANY(recovery_codes) RETURNING id`,
        [id, hash],
        transaction,
      ),

    /**
     * Leaves a mail for the relay, if somebody who is not disabled has this address, unless the same one waits already, went within
     * five minutes, or ten of them did within a day. What is done is the same for an address without an account.
     */
    async sendMail(email: string, kind: MailKind, transaction: Transaction): Promise<void> {
      await sequelize.query(sendMailSql, { bind: [email, kind], transaction });
    },
  };
}

export type { Transaction };

export type AccountRepository = ReturnType<typeof createAccountRepository>;

const mostMailsInADay = 10;

// The row of the address is locked by the upsert, so that of several who ask at once one gets the mail.
const sendMailSql = `
  WITH due AS (
    INSERT INTO recent_mails AS recent (address_hash, kind, asked_at)
    VALUES (sha256(convert_to(lower($1), 'UTF8')), $2, ARRAY[now()])
    ON CONFLICT (address_hash, kind) DO UPDATE
       SET asked_at = (ARRAY[now()] || recent.asked_at)[:${mostMailsInADay}]
     WHERE recent.asked_at[1] <= now() - interval '5 minutes'
       AND coalesce(recent.asked_at[${mostMailsInADay}] <= now() - interval '1 day', true)
    RETURNING kind)
  INSERT INTO mail_outbox (account_id, kind)
  SELECT accounts.id, due.kind FROM accounts, due
   WHERE lower(email) = lower($1) AND disabled_at IS NULL
     AND NOT EXISTS (SELECT 1 FROM mail_outbox WHERE account_id = accounts.id AND mail_outbox.kind = due.kind)`;
