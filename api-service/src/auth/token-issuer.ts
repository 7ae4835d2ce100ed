import type { AuthSettings } from './auth-settings.ts';
import type { Role } from './scopes.ts';
import type { Sign } from './signer.ts';

export interface TokenOptions {
  /** Whose it is. */
  subject: string;
  role: Role;
  hours: number;
  /** Whether it is of a login, so that the subject is an account. Default: it is not. */
  isOfAccount?: boolean;
}

/** A token that {@link createTokenChecker} accepts. */
export const issueToken = (
  { audience, rolesClaim }: AuthSettings,
  sign: Sign,
  { subject, role, hours, isOfAccount = false }: TokenOptions,
): Promise<string> =>
  sign(
    { [rolesClaim]: [role], ...(isOfAccount && { account: true }) },
    { subject, audience, seconds: hours * 3600 },
  );
