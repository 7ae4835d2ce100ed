import type { Transaction } from 'sequelize';
import { v7 as uuidv7 } from 'uuid';
import { ConflictError, VersionMismatchError, type Logger } from 'ct-common-lib';
import { violatedConstraint } from 'ct-common-lib/postgres';
import { nothing, type Done } from '../db/once.ts';
import { createWriter } from '../db/writer.ts';
import type { MailKind } from '../mail/mail-kind.ts';
import type { SessionRepository } from '../sessions/session.repository.ts';
import { accountNotFound, passwordWrong } from './account.errors.ts';
import type { Account } from './account.model.ts';
import type { AccountRepository } from './account.repository.ts';
import { representAccount } from './account.representation.ts';
import type { AccountPatch, NewAccount, PasswordChange, PasswordReset } from './account.schema.ts';
import { fingerprintOf, linkInvalid, type Links, type Proof } from './links.ts';
import { hashPassword, isPassword } from './password.ts';
import { noSecondFactor } from './second-factor.ts';

export interface AccountServiceDeps {
  accounts: AccountRepository;
  sessions: SessionRepository;
  links: Links;
  /** Called after each commit: there may be a mail to send. */
  wakeMail: () => void;
  log: Logger;
}

/** The rules of accounts: who has one, and what proves that it is theirs. */
export function createAccountService({ accounts, sessions, links, wakeMail, log }: AccountServiceDeps) {
  const write = createWriter({ wakeRelay: wakeMail, ruleBroken, log });
  const inTransaction = <T>(work: (transaction: Transaction) => Promise<T>) =>
    write(() => accounts.inTransaction(work));

  /** Whoever read the mail of this kind; locked. Throws `LINK_INVALID`. */
  async function accountBehind(kind: MailKind, proof: Proof, transaction: Transaction): Promise<Account> {
    const { accountId, fingerprint } = proof;
    const account = await accounts.lock(accountId, transaction);
    if (!account || fingerprintOf(kind, account) !== fingerprint) throw linkInvalid();
    return account;
  }

  /** Throws `LAST_ADMIN` if nobody would be left to manage the others. */
  async function assertOther(id: string, transaction: Transaction) {
    const admins = await accounts.lockAdmins(transaction);
    if (admins.length === 1 && admins[0] === id) throw lastAdmin();
  }

  async function setPassword(
    id: string,
    passwordHash: string,
    transaction: Transaction,
    versions?: string[],
  ) {
    await sessions.endAll(id, transaction);
    if (!(await accounts.update(id, { passwordHash }, transaction, versions)))
      throw new VersionMismatchError();
  }

  return {
    /** With a key it is done once, see `once`. Throws `EMAIL_TAKEN`, and what `once` throws. */
    async register({ email, password }: NewAccount, key?: string): Promise<Done> {
      const request = { caller: '', key, operation: 'createAccount', body: { email, password } };
      const passwordHash = await hashPassword(password);
      return write(() =>
        accounts.once(request, async (transaction) => {
          const account = await accounts.create({ id: uuidv7(), email, passwordHash }, transaction);
          await accounts.sendMail(email, 'verify-email', transaction);
          return { id: account.id, representation: representAccount(account) };
        }),
      );
    },

    /** Throws `ACCOUNT_NOT_FOUND`. */
    async get(id: string): Promise<Account> {
      const account = await accounts.find(id);
      if (!account) throw accountNotFound(id);
      return account;
    },

    /** What an admin decides. Throws `ACCOUNT_NOT_FOUND`, `VERSION_MISMATCH`, `LAST_ADMIN`. */
    async update(id: string, { role, disabled }: AccountPatch, versions?: string[]): Promise<Account> {
      return inTransaction(async (transaction) => {
        if (disabled || (role !== undefined && role !== 'admin')) await assertOther(id, transaction);
        const before = await accounts.lock(id, transaction);
        if (!before) throw accountNotFound(id);
        const disabledAt = disabled ? (before.disabledAt ?? new Date()) : null;
        const fields = {
          ...(role !== undefined && { role }),
          ...(disabled !== undefined && { disabledAt }),
        };
        const account = await accounts.update(id, fields, transaction, versions);
        if (!account) throw new VersionMismatchError();
        if (disabled) await sessions.endAll(id, transaction);
        return account;
      });
    },

    /** By an admin; its reviews stay. Throws `ACCOUNT_NOT_FOUND`, `VERSION_MISMATCH`, `LAST_ADMIN`. */
    remove: (id: string, versions?: string[]): Promise<void> =>
      inTransaction(async (transaction) => {
        await assertOther(id, transaction);
        if (await accounts.remove(id, transaction, versions)) return;
        throw versions && (await accounts.lock(id, transaction))
          ? new VersionMismatchError()
          : accountNotFound(id);
      }),

    /** By its owner; the reviews stay. With a key it is done once, see `once`. Throws `PASSWORD_WRONG`, `LAST_ADMIN`. */
    async removeOwn(id: string, { password }: { password: string }, caller: string, key?: string) {
      const found = await accounts.find(id);
      // Where it is gone already, only the answer that was kept is left to be given.
      if (found && !(await isPassword(password, found.passwordHash))) throw passwordWrong('/password');
      const request = { caller, key, operation: 'removeAccount', body: { password } };
      return write(() =>
        accounts.once(request, async (transaction) => {
          await assertOther(id, transaction);
          if (!found || !(await accounts.remove(id, transaction))) throw accountNotFound(id);
          return { id, representation: nothing };
        }),
      );
    },

    /** Ends all sessions. Throws `PASSWORD_WRONG`, `VERSION_MISMATCH`. */
    async changePassword(
      id: string,
      { currentPassword, newPassword }: PasswordChange,
      versions?: string[],
    ): Promise<void> {
      const account = await accounts.find(id);
      if (!account) throw accountNotFound(id);
      if (!(await isPassword(currentPassword, account.passwordHash))) throw passwordWrong('/currentPassword');
      const passwordHash = await hashPassword(newPassword);
      await inTransaction(async (transaction) => {
        const { passwordHash: present } = (await accounts.lock(id, transaction)) ?? {};
        // Meanwhile another one may have been chosen.
        if (present !== account.passwordHash) throw passwordWrong('/currentPassword');
        await setPassword(id, passwordHash, transaction, versions);
      });
    },

    /** With a key it is done once, see `once`. Throws what `once` throws. */
    sendVerification: (id: string, caller: string, key?: string): Promise<Done> =>
      write(() =>
        accounts.once({ caller, key, operation: 'sendVerification', body: {} }, async (transaction) => {
          const account = await accounts.lock(id, transaction);
          if (!account) throw accountNotFound(id);
          if (!account.emailVerifiedAt) await accounts.sendMail(account.email, 'verify-email', transaction);
          return { id, representation: nothing };
        }),
      ),

    /** Throws `LINK_INVALID`. */
    async verifyEmail(token: string): Promise<void> {
      const proof = await links.read('verify-email', token);
      await inTransaction(async (transaction) => {
        const { id, emailVerifiedAt } = await accountBehind('verify-email', proof, transaction);
        if (!emailVerifiedAt) await accounts.update(id, { emailVerifiedAt: new Date() }, transaction);
      });
    },

    /** Nobody learns from it whether there is such an account, also not by its time. With a key it is done once, see `once`. */
    requestPasswordReset: (email: string, key?: string): Promise<Done> =>
      write(() =>
        accounts.once(
          { caller: '', key, operation: 'requestPasswordReset', body: { email } },
          async (transaction) => {
            await accounts.sendMail(email, 'reset-password', transaction);
            return { id: uuidv7(), representation: nothing };
          },
        ),
      ),

    /** Ends all sessions. Throws `LINK_INVALID`. */
    async resetPassword({ token, newPassword }: PasswordReset): Promise<void> {
      const proof = await links.read('reset-password', token);
      const passwordHash = await hashPassword(newPassword);
      await inTransaction(async (transaction) => {
        const account = await accountBehind('reset-password', proof, transaction);
        await setPassword(account.id, passwordHash, transaction);
        if (account.emailVerifiedAt) return;
        // Whoever registered with somebody else's address loses all hold of it.
        await accounts.update(account.id, { ...noSecondFactor, emailVerifiedAt: new Date() }, transaction);
      });
    },
  };
}

export type AccountService = ReturnType<typeof createAccountService>;

const lastAdmin = () =>
  new ConflictError('LAST_ADMIN', {
    detail: 'This is the only admin who can log in: make another one first.',
  });

function ruleBroken(cause: unknown): Error | undefined {
  if (violatedConstraint(cause) !== 'accounts_by_email') return undefined;
  return new ConflictError('EMAIL_TAKEN', {
    detail: 'There is an account with this e-mail address. Log in, or ask for a new password.',
    cause,
  });
}
