import { ConflictError, InvalidInputError, type Logger } from 'ct-common-lib';
import { nothing, untagged, type Done } from '../db/once.ts';
import { createWriter } from '../db/writer.ts';
import { accountNotFound, passwordWrong } from './account.errors.ts';
import type { Account } from './account.model.ts';
import type { AccountRepository, Transaction } from './account.repository.ts';
import { isPassword } from './password.ts';
import {
  createRecoveryCodes,
  createTotpSecret,
  hashOfRecoveryCode,
  noSecondFactor,
  shownSecret,
  takeCode,
} from './second-factor.ts';

/** The second factor of an account: set up, confirmed by a first code, removed. With a key each is done once, see `once`. */
export function createSecondFactorService({ accounts, log }: { accounts: AccountRepository; log: Logger }) {
  const write = createWriter({ log });

  /** With this password. */
  async function accountWith(id: string, password: string): Promise<Account> {
    const account = await accounts.find(id);
    if (!account) throw accountNotFound(id);
    if (!(await isPassword(password, account.passwordHash))) throw passwordWrong('/password');
    return account;
  }

  /** Locked; with the password that was looked at, if one was. */
  async function lock(id: string, transaction: Transaction, passwordHash?: string): Promise<Account> {
    const account = await accounts.lock(id, transaction);
    if (!account) throw accountNotFound(id);
    if (passwordHash !== undefined && account.passwordHash !== passwordHash) throw passwordWrong('/password');
    return account;
  }

  return {
    /** A new secret, which counts once it is confirmed. Throws `PASSWORD_WRONG`, `SECOND_FACTOR_ON`, `EMAIL_UNVERIFIED`. */
    async setUp(id: string, { password }: { password: string }, caller: string, key?: string): Promise<Done> {
      const { passwordHash } = await accountWith(id, password);
      const request = { caller, key, operation: 'setUpSecondFactor', body: { password } };
      return write(() =>
        accounts.once(request, async (transaction) => {
          const { email, emailVerifiedAt, totpConfirmedAt } = await lock(id, transaction, passwordHash);
          if (totpConfirmedAt) throw isOn();
          // Or somebody could lock the owner of an address out of the account that he has registered with it.
          if (!emailVerifiedAt) throw emailUnverified();
          const totpSecret = createTotpSecret();
          await accounts.update(id, { ...noSecondFactor, totpSecret }, transaction);
          return { id, representation: untagged(shownSecret(totpSecret, email)) };
        }),
      );
    },

    /** From now on a login takes a code. Throws `SECOND_FACTOR_OFF` if it was not set up, `SECOND_FACTOR_ON`, `CODE_WRONG`. */
    confirm: (id: string, { code }: { code: string }, caller: string, key?: string): Promise<Done> =>
      write(() =>
        accounts.once(
          { caller, key, operation: 'confirmSecondFactor', body: { code } },
          async (transaction) => {
            const account = await lock(id, transaction);
            if (account.totpConfirmedAt) throw isOn();
            if (!account.totpSecret) throw isOff();
            if (!(await takeCode(account, code, accounts, transaction))) throw codeWrong();
            const codes = createRecoveryCodes();
            const recoveryCodes = codes.map(hashOfRecoveryCode);
            await accounts.update(id, { totpConfirmedAt: new Date(), recoveryCodes }, transaction);
            return { id, representation: untagged({ recoveryCodes: codes }) };
          },
        ),
      ),

    /** A login takes the password alone. Throws `PASSWORD_WRONG`, `SECOND_FACTOR_OFF`, `CODE_WRONG`. */
    async remove(
      id: string,
      { password, code }: { password: string; code: string },
      caller: string,
      key?: string,
    ): Promise<Done> {
      const { passwordHash } = await accountWith(id, password);
      const request = { caller, key, operation: 'removeSecondFactor', body: { password, code } };
      return write(() =>
        accounts.once(request, async (transaction) => {
          const account = await lock(id, transaction, passwordHash);
          if (!account.totpConfirmedAt) throw isOff();
          if (!(await takeCode(account, code, accounts, transaction))) throw codeWrong();
          await accounts.update(id, noSecondFactor, transaction);
          return { id, representation: nothing };
        }),
      );
    },
  };
}

export type SecondFactorService = ReturnType<typeof createSecondFactorService>;

const emailUnverified = () =>
  new ConflictError('EMAIL_UNVERIFIED', {
    detail: 'Confirm your e-mail address first, by the link of the mail that was sent to it.',
  });

const isOn = () =>
  new ConflictError('SECOND_FACTOR_ON', {
    detail: 'The account has a second factor: remove that one first.',
  });

const isOff = () =>
  new ConflictError('SECOND_FACTOR_OFF', { detail: 'The account has no second factor: set one up first.' });

function codeWrong() {
  const detail = 'The code is wrong, or was used before. A new one comes every 30 seconds.';
  return new InvalidInputError('CODE_WRONG', { detail, errors: [{ pointer: '/code', detail }] });
}
