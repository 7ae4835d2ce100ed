import { createHash } from 'node:crypto';
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { InvalidInputError } from 'ct-common-lib';
import type { AuthSettings } from '../auth/auth-settings.ts';
import type { Sign } from '../auth/signer.ts';
import type { MailKind } from '../mail/mail-kind.ts';
import type { Account } from './account.model.ts';

const hour = 3600;
/** How long a link is good for. */
const seconds: Record<MailKind, number> = { 'verify-email': 72 * hour, 'reset-password': hour };

/** Who is proven to have read the mail. */
export interface Proof {
  accountId: string;
  /** What the account must still be like. */
  fingerprint: string;
}

/**
 * Signed links that are sent by mail: good for one purpose, until the address or, to reset it, the password is another. `keyOf`
 * gives the keys that they are checked with.
 */
export function createLinks({ audience, issuer }: AuthSettings, sign: Sign, keyOf: JWTVerifyGetKey) {
  const audienceOf = (kind: MailKind) => `${audience}:${kind}`;

  return {
    /** Where it leads, below `publicUrl`. What it proves stands behind #, which no browser sends and no server logs. */
    async make(kind: MailKind, account: Account, publicUrl: string): Promise<string> {
      const options = { subject: account.id, audience: audienceOf(kind), seconds: seconds[kind] };
      const token = await sign({ fingerprint: fingerprintOf(kind, account) }, options);
      return `${publicUrl.replace(/\/$/, '')}/${kind}#${token}`;
    },

    /** Throws InvalidInputError `LINK_INVALID`. */
    async read(kind: MailKind, token: string): Promise<Proof> {
      try {
        const { payload } = await jwtVerify(token, keyOf, {
          issuer,
          audience: audienceOf(kind),
          requiredClaims: ['sub', 'exp', 'fingerprint'],
        });
        return { accountId: payload.sub!, fingerprint: String(payload.fingerprint) };
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        throw linkInvalid(error);
      }
    },
  };
}

export type Links = ReturnType<typeof createLinks>;

/** Changes with whatever makes the link useless. */
export const fingerprintOf = (kind: MailKind, { email, passwordHash }: Account): string =>
  createHash('sha256')
    .update(JSON.stringify(kind === 'reset-password' ? [email, passwordHash] : [email]))
    .digest('base64url')
    .slice(0, 22);

export const linkInvalid = (cause?: unknown) =>
  new InvalidInputError('LINK_INVALID', {
    detail: 'The link is damaged, has expired, or was used before. Ask for a new mail.',
    cause,
  });
