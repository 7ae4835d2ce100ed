import { secret, urlSetting } from 'ct-common-lib';
import { z } from 'zod';

/** How mails are sent, and where their links lead. */
export interface MailSettings {
  /** Undefined: the links are printed in the log. */
  smtp: { url: string; from: string } | undefined;
  /** Where the API is reached from outside; undefined: where it listens. */
  publicUrl: string | undefined;
}

const isSender = (sender: string) =>
  !/[\r\n]/.test(sender) && z.email().safeParse(/<(.*)>$/.exec(sender)?.[1] ?? sender).success;

/** Of the environment. */
export const mailVariables = {
  SMTP_URL: secret(urlSetting('smtp:', 'smtps:').optional()),
  MAIL_FROM: z
    .string()
    .refine(isSender, 'must be an e-mail address, or a name with one: Shop <reviews@shop.example>')
    .optional(),
  PUBLIC_URL: urlSetting('https:', 'http:')
    .refine((url) => !/[?#]/.test(url), 'must have no ? and no #, as paths are added to it')
    .optional(),
};

export type MailEnvironment = z.output<z.ZodObject<typeof mailVariables>>;

/** What is wrong with the variables together, each told by the one to change. */
export function faultsOfMail({
  SMTP_URL,
  MAIL_FROM,
  PUBLIC_URL,
}: MailEnvironment): Partial<Record<'MAIL_FROM' | 'PUBLIC_URL', string>> {
  if (SMTP_URL === undefined) return {};
  return {
    ...(MAIL_FROM === undefined && {
      MAIL_FROM: 'must be set with SMTP_URL, e.g. MAIL_FROM="Shop <reviews@shop.example>"',
    }),
    ...(PUBLIC_URL === undefined && {
      PUBLIC_URL:
        'must be set with SMTP_URL, as the links of mails lead there, e.g. https://reviews.shop.example',
    }),
  };
}

export const mailSettingsOf = ({ SMTP_URL, MAIL_FROM, PUBLIC_URL }: MailEnvironment): MailSettings => ({
  smtp: SMTP_URL === undefined ? undefined : { url: SMTP_URL, from: MAIL_FROM! },
  publicUrl: PUBLIC_URL,
});
