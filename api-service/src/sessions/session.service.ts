import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { ForbiddenError, UnauthorizedError, type Logger } from 'ct-common-lib';
import type { Account } from '../accounts/account.model.ts';
import type { AccountRepository } from '../accounts/account.repository.ts';
import { isPassword } from '../accounts/password.ts';
import { takeCode } from '../accounts/second-factor.ts';
import type { TokenOptions } from '../auth/token-issuer.ts';
import { nothing, untagged, type Done } from '../db/once.ts';
import { createWriter } from '../db/writer.ts';
import { sessionDays, type SessionRepository } from './session.repository.ts';
import type { Login, SessionTokens } from './session.schema.ts';

export interface SessionServiceDeps {
  accounts: AccountRepository;
  sessions: SessionRepository;
  issueToken: (options: TokenOptions) => Promise<string>;
  log: Logger;
}

/** How long an access token lasts: so long does it outlive its session, as nobody asks the database about it. */
const accessMinutes = 15;

/**
 * Logins. A session has one refresh token that is good, and each is good once (RFC 9700, 4.14.2): where an old one is shown again,
 * somebody has stolen it or its successor, and the session ends.
 */
export function createSessionService({ accounts, sessions, issueToken, log }: SessionServiceDeps) {
  const write = createWriter({ log });

  async function tokensOf(account: Account, refreshToken: string): Promise<Done['representation']> {
    const { id: accountId, role } = account;
    const tokens: SessionTokens = {
      accountId,
      accessToken: await issueToken({
        subject: accountId,
        role,
        hours: accessMinutes / 60,
        isOfAccount: true,
      }),
      tokenType: 'Bearer',
      expiresIn: accessMinutes * 60,
      refreshToken,
      refreshExpiresIn: sessionDays * 24 * 3600,
    };
    return untagged(tokens);
  }

  return {
    /**
     * With a key it is done once, see `once`. Throws `CREDENTIALS_WRONG`, `ACCOUNT_DISABLED`, `CODE_MISSING`, `CODE_WRONG`, and what
     * `once` throws.
     */
    async logIn({ email, password, code }: Login, key?: string): Promise<Done> {
      const found = await accounts.findByEmail(email);
      if (!(await isPassword(password, found?.passwordHash)) || !found) throw credentialsWrong();
      if (found.disabledAt) throw accountDisabled();
      const request = { caller: '', key, operation: 'createSession', body: { email, password, code } };
      return write(() =>
        accounts.once(request, async (transaction) => {
          // It takes a while to look at a password, in which another may have been chosen.
          const account = await accounts.lock(found.id, transaction);
          if (account?.passwordHash !== found.passwordHash) throw credentialsWrong();
          if (account.disabledAt) throw accountDisabled();
          if (account.totpConfirmedAt) await assertCode(account, code, transaction);
          const id = randomUUID();
          const refreshToken = newToken(id);
          await sessions.create({ id, accountId: account.id, tokenHash: hashOf(refreshToken) }, transaction);
          return { id, representation: await tokensOf(account, refreshToken) };
        }),
      );
    },

    /** With a key it is done once, see `once`. Throws `REFRESH_TOKEN_INVALID`, `REFRESH_TOKEN_REUSED`, and what `once` throws. */
    async refresh(shown: string, key?: string): Promise<Done> {
      const id = idIn(shown);
      const request = { caller: '', key, operation: 'refreshSession', body: { shown } };
      try {
        return await write(() =>
          accounts.once(request, async (transaction) => {
            const session = await sessions.find(id, transaction);
            // Not locked: whoever changes the account ends its sessions, and waits for this one.
            const account = session && (await accounts.find(session.accountId, transaction));
            if (!account || account.disabledAt) throw refreshTokenInvalid();
            if (!timingSafeEqual(session.tokenHash, hashOf(shown))) throw refreshTokenReused();
            const refreshToken = newToken(id);
            await sessions.renew(id, hashOf(refreshToken), transaction);
            return { id, representation: await tokensOf(account, refreshToken) };
          }),
        );
      } catch (error) {
        // Out of the transaction, which the error has rolled back.
        if (error instanceof UnauthorizedError && error.code === reused) {
          log.warn({ sessionId: id }, 'a refresh token was used twice: its session has ended');
          await sessions.end(id);
        }
        throw error;
      }
    },

    /** Ends the session of a refresh token, if there is one. With a key it is done once, see `once`. */
    async logOut(shown: string, key?: string): Promise<Done> {
      const id = idIn(shown);
      const request = { caller: '', key, operation: 'endSession', body: { shown } };
      return write(() =>
        accounts.once(request, async (transaction) => {
          await sessions.end(id, transaction);
          return { id, representation: nothing };
        }),
      );
    },
  };

  async function assertCode(account: Account, code: string | undefined, transaction: Transaction) {
    if (code === undefined) throw codeMissing();
    if (!(await takeCode(account, code, accounts, transaction))) throw codeWrong();
  }
}

export type SessionService = ReturnType<typeof createSessionService>;

/** `<session>.<secret of 256 bits>`. Both are random: whoever has not seen a token cannot end the session with a wrong one. */
const newToken = (id: string) => `${id}.${randomBytes(32).toString('base64url')}`;

const tokenPattern = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[\w-]{43}$/;

function idIn(token: string): string {
  const id = tokenPattern.exec(token)?.[1];
  if (id === undefined) throw refreshTokenInvalid();
  return id;
}

const hashOf = (token: string) => createHash('sha256').update(token).digest();

const credentialsWrong = () =>
  new UnauthorizedError('CREDENTIALS_WRONG', {
    detail: 'There is no account with this e-mail address and this password.',
  });

const accountDisabled = () =>
  new ForbiddenError('ACCOUNT_DISABLED', { detail: 'This account was disabled. Ask whoever runs the shop.' });

const codeMissing = () =>
  new UnauthorizedError('CODE_MISSING', {
    detail: 'This account has a second factor: send the code of the authenticator, or a recovery code, too.',
  });

const codeWrong = () =>
  new UnauthorizedError('CODE_WRONG', {
    detail: 'The code is wrong, or was used before. A new one comes every 30 seconds.',
  });

const refreshTokenInvalid = () =>
  new UnauthorizedError('REFRESH_TOKEN_INVALID', {
    detail: 'There is no session of this refresh token, or it has ended. Log in again.',
  });

const reused = 'REFRESH_TOKEN_REUSED';
const refreshTokenReused = () =>
  new UnauthorizedError(reused, {
    detail: 'This refresh token was used before, so its session has ended. Log in again.',
  });
