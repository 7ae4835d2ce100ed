/** What mails there are. */
export type MailKind = 'verify-email' | 'reset-password';
