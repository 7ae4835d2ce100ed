import type { Logger, Registry } from 'ct-common-lib';
import type { createSequelize } from 'ct-common-lib/postgres';
import { createAccountRepository } from './accounts/account.repository.ts';
import { createAccountRouter } from './accounts/account.routes.ts';
import { createAccountService } from './accounts/account.service.ts';
import { appointFirstAdmin } from './accounts/appoint-admin.ts';
import { createLinks } from './accounts/links.ts';
import { createMailPagesRouter } from './accounts/mail-pages.routes.ts';
import { createOwnAccountRouter } from './accounts/own-account.routes.ts';
import { createSecondFactorService } from './accounts/second-factor.service.ts';
import type { AuthSettings } from './auth/auth-settings.ts';
import type { KeySet } from './auth/key-set.ts';
import { createSigner } from './auth/signer.ts';
import { issueToken } from './auth/token-issuer.ts';
import type { LimitLogins } from './http/limit-logins.ts';
import { createMailRelay } from './mail/mail-relay.ts';
import type { MailSettings } from './mail/mail-settings.ts';
import { createMailer } from './mail/mailer.ts';
import { createSessionRepository } from './sessions/session.repository.ts';
import { createSessionRouter } from './sessions/session.routes.ts';
import { createSessionService } from './sessions/session.service.ts';

type Database = ReturnType<typeof createSequelize>;

interface Options {
  auth: AuthSettings;
  mail: MailSettings;
  keys: KeySet;
  sequelize: Database;
  /** Mails do not wait behind the requests. */
  background: Database;
  limitLogins: LimitLogins;
  /** Where the service listens. */
  port: () => number;
  log: Logger;
  metrics: Registry;
}

/** Wires what there is only where people have their accounts here, and not with an identity provider. */
export function composeAccounts(options: Options) {
  const { auth, mail, keys, sequelize, background, limitLogins, port, log, metrics } = options;
  // That of the start, which all instances know: by now another one may stand in the file.
  const sign = createSigner(auth, () => keys.signingKey()!);
  const links = createLinks(auth, sign, keys.keyOf);
  const accounts = createAccountRepository(sequelize);
  const sessions = createSessionRepository(sequelize);
  const mailer = createMailer(mail, log);
  const mails = createMailRelay({
    sequelize: background,
    accounts: createAccountRepository(background),
    links,
    mailer,
    publicUrl: () => mail.publicUrl ?? `http://127.0.0.1:${port()}`,
    log,
    metrics,
  });
  const wakeMail = () => mails.wake();
  const accountService = createAccountService({ accounts, sessions, links, wakeMail, log });
  const secondFactorService = createSecondFactorService({ accounts, log });
  const sessionService = createSessionService({
    accounts,
    sessions,
    issueToken: (given) => issueToken(auth, sign, given),
    log,
  });

  return {
    mails: {
      start: () => mails.start(),
      stop() {
        mailer.stop();
        return mails.stop();
      },
    },
    routers: [
      createAccountRouter({ accounts, accountService, limitLogins }),
      createOwnAccountRouter({ accountService, secondFactorService, limitLogins }),
      createSessionRouter({ sessionService, limitLogins }),
    ],
    pages: [createMailPagesRouter()],
    appointFirstAdmin: () => appointFirstAdmin({ accounts, sessions }),
    isAdmin: async (id: string) => {
      const account = await accounts.find(id);
      return account?.role === 'admin' && account.disabledAt === null;
    },
  };
}
