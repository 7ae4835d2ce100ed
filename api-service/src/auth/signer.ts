import { importJWK, SignJWT, type JWTPayload } from 'jose';
import type { AuthSettings } from './auth-settings.ts';
import { algorithmOf, readKeysFile, type PrivateKey } from './keys-file.ts';

export interface SigningOptions {
  subject: string;
  audience: string;
  /** How long it is valid. */
  seconds: number;
}

/** Signs claims as a JSON Web Token of ours. */
export type Sign = (claims: JWTPayload, options: SigningOptions) => Promise<string>;

/** With what `findKey` gives when it is first needed. Default: the first key of the file. Throws ConfigError if that is not fit. */
export function createSigner(
  { keysFile, issuer }: AuthSettings,
  findKey: () => PrivateKey | Promise<PrivateKey> = async () => (await readKeysFile(keysFile))[0],
): Sign {
  let reading: ReturnType<typeof readKey> | undefined;

  async function readKey() {
    const key = await findKey();
    const alg = algorithmOf(key);
    return { header: { alg, kid: key.kid, typ: 'JWT' }, privateKey: await importJWK({ ...key }, alg) };
  }

  return async (claims, { subject, audience, seconds }) => {
    reading ??= readKey();
    const { header, privateKey } = await reading;
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT(claims)
      .setProtectedHeader(header)
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt(now)
      .setExpirationTime(now + Math.round(seconds))
      .sign(privateKey);
  };
}
