import { importJWK, SignJWT } from 'jose';
import type { AuthSettings } from './auth-settings.ts';
import { algorithmOf, readKeysFile } from './keys-file.ts';
import type { Role } from './roles.ts';

export interface TokenOptions {
  /** Whose it is. */
  subject: string;
  role: Role;
  hours: number;
}

/** A token that {@link createTokenChecker} accepts. Throws ConfigError if the file of keys is not fit. */
export async function issueToken(
  { keysFile, issuer, audience, rolesClaim }: AuthSettings,
  { subject, role, hours }: TokenOptions,
): Promise<string> {
  const [key] = await readKeysFile(keysFile);
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ [rolesClaim]: [role] })
    .setProtectedHeader({ alg: algorithmOf(key), kid: key.kid, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt(now)
    .setExpirationTime(now + Math.round(hours * 3600))
    .sign(await importJWK({ ...key }, algorithmOf(key)));
}
