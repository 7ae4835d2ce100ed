import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { z } from 'zod';
import { ConfigError } from 'ct-common-lib';

const member = z.string().min(1);
const common = { d: member, x: member, kid: member };
const keysSchema = z.object({
  keys: z
    .array(
      z.discriminatedUnion('kty', [
        z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), y: member, ...common }),
        z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), ...common }),
      ]),
    )
    .min(1)
    .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'each kid once'),
});

/** A private key as a JSON Web Key (RFC 7517): P-256 or Ed25519. */
export type PrivateKey = z.output<typeof keysSchema>['keys'][number];

export const algorithmOf = ({ kty }: PrivateKey) => (kty === 'EC' ? 'ES256' : 'EdDSA');

/** What others may know of it. */
export function publicPartOf(key: PrivateKey): JWK {
  const { d: _secret, ...rest } = key;
  return { ...rest, alg: algorithmOf(key), use: 'sig' };
}

/** Makes a file with a new private key, for its owner's eyes alone, unless there is one. Returns whether it made one. */
export async function createKeysFile(file: string): Promise<boolean> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const content = { keys: [{ ...jwk, kid: await calculateJwkThumbprint(jwk) }] };
  await mkdir(dirname(file), { recursive: true });
  // Under another name until it is whole, as two programs may do this at once.
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Whether others than its owner may read it. False where there is no such file. */
export const isOpenToOthers = (file: string) =>
  stat(file).then(
    ({ mode }) => (mode & 0o077) !== 0,
    () => false,
  );

/** The private keys of a file: the first one signs, all are accepted. Throws {@link ConfigError} that says what is wrong with it. */
export async function readKeysFile(file: string): Promise<[PrivateKey, ...PrivateKey[]]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { message } = error as Error;
    throw new ConfigError('KEYS_UNREADABLE', {
      detail: `The file of the keys that tokens are signed with cannot be read: ${message}. Make one with: npm run keys -- ${file}`,
      cause: error,
    });
  }
  try {
    const { keys } = keysSchema.parse(JSON.parse(text));
    for (const key of keys) await importJWK({ ...key }, algorithmOf(key));
    return keys as [PrivateKey, ...PrivateKey[]];
  } catch (error) {
    // Not what is wrong with it in detail, which might show a part of a key.
    throw new ConfigError('KEYS_INVALID', {
      detail: `${file} must be a JSON Web Key Set of private keys (P-256 or Ed25519), each with a kid of its own. Make one with: npm run keys -- <another file>`,
      cause: error,
    });
  }
}
