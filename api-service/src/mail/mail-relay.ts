import type { Logger } from 'ct-common-lib';
import { createRelay, type Delivery, type OutboxRow, type RelayOptions } from 'ct-common-lib/outbox';
import type { AccountRepository } from '../accounts/account.repository.ts';
import type { Links } from '../accounts/links.ts';
import type { MailKind } from './mail-kind.ts';
import { isRefusedForGood, type Mailer } from './mailer.ts';

interface MailRow extends OutboxRow {
  account_id: string;
  kind: MailKind;
}

interface Deps extends Pick<RelayOptions<MailRow>, 'sequelize' | 'metrics'> {
  accounts: AccountRepository;
  links: Links;
  mailer: Mailer;
  /** Where links lead. */
  publicUrl: () => string;
  log: Logger;
}

/** After which a mail that cannot be sent is parked: nobody waits for it any more. */
const givenUpMs = 24 * 60 * 60_000;

/** Sends the mails that accounts wait for. One may come twice after a crash, but none is lost with it, or with the mail server. */
export function createMailRelay({ sequelize, accounts, links, mailer, publicUrl, log, metrics }: Deps) {
  return createRelay<MailRow>({
    sequelize,
    table: 'mail_outbox',
    log,
    metrics,
    // All at once, each with a time limit: so long does their transaction stay open.
    batchSize: 5,
    // A commit here wakes it, so it looks only for those of other instances that have died.
    pollIntervalMs: 2_000,
    // Whoever asks a mail server for hours, each few seconds, is taken for a nuisance.
    longestPauseMs: 10 * 60_000,
    deliver: (rows) => Promise.all(rows.map(deliver)),
  });

  async function deliver({ account_id: id, kind, created_at: createdAt }: MailRow): Promise<Delivery> {
    const account = await accounts.find(id);
    if (!account) return { status: 'delivered' };
    const link = await links.make(kind, account, publicUrl());
    try {
      await mailer.send({ kind, to: account.email, link });
      return { status: 'delivered' };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isOver = isRefusedForGood(error) || Date.now() - createdAt.getTime() > givenUpMs;
      return { status: isOver ? 'parked' : 'postponed', reason };
    }
  }
}
