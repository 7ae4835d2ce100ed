import { within, type Logger } from 'ct-common-lib';
import type { MailKind } from './mail-kind.ts';
import type { MailSettings } from './mail-settings.ts';

export interface Mail {
  kind: MailKind;
  to: string;
  link: string;
}

const connectTimeoutMs = 5_000;
/** Less than the minute that a transaction may stand idle. */
const timeoutMs = 50_000;
/** How long those that are on their way at a stop may take. */
const graceMs = 5_000;

const letters: Record<MailKind, { subject: string; text: (link: string) => string }> = {
  'verify-email': {
    subject: 'Is this your e-mail address?',
    text: (link) =>
      `Somebody, probably you, has registered with this e-mail address. To confirm that it is yours, open\n\n  ${link}\n\n` +
      'within three days. If it was not you, do nothing.\n',
  },
  'reset-password': {
    subject: 'A new password',
    text: (link) =>
      `Somebody, probably you, wants a new password for the account with this e-mail address. To choose one, open\n\n  ${link}\n\n` +
      'within an hour. If it was not you, do nothing: the old one stays.\n',
  },
};

/** Sends mails by SMTP, in 50 s at the most, as a server may think about a letter for long; without it their links are printed in the log. */
export function createMailer({ smtp }: MailSettings, log: Logger) {
  const transport = smtp && {
    url: smtp.url,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    dnsTimeout: connectTimeoutMs,
    socketTimeout: timeoutMs,
  };

  const stopping = new AbortController();

  /** What `work` gives, unless the service stops before that. */
  function beforeStop<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cut = () => reject(new Error('The service stops'));
      stopping.signal.addEventListener('abort', cut, { once: true });
      const settled = () => stopping.signal.removeEventListener('abort', cut);
      work.finally(settled).then(resolve, reject);
    });
  }

  return {
    /** Throws what SMTP does; see {@link isRefusedForGood}. */
    async send({ kind, to, link }: Mail): Promise<void> {
      if (!transport) return log.warn({ kind, link }, 'SMTP_URL is not set: this is the link of the mail');
      // Not before it is needed: it takes a tenth of a second, and 16 MB.
      const { createTransport } = await import('nodemailer');
      const { subject, text } = letters[kind];
      await beforeStop(
        within(
          timeoutMs,
          createTransport(transport).sendMail({ from: smtp.from, to, subject, text: text(link) }),
        ),
      );
    },

    /** A mail that is on its way has 5 s to go; after that it stays in the outbox. */
    stop(): void {
      setTimeout(() => stopping.abort(), graceMs).unref();
    },
  };
}

export type Mailer = ReturnType<typeof createMailer>;

/** Whether the server will not take this letter, or none to this address (5xx), however often it is asked; a fault of ours passes. */
export function isRefusedForGood(error: unknown): boolean {
  const { responseCode = 0, command } = error as { responseCode?: number; command?: string };
  return responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA');
}
