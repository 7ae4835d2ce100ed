import { createHash, randomBytes } from 'node:crypto';

const pattern = /^ctr_([0-9a-z]{12})_[\w-]{43}$/;

/** Whether it may be one, and no token. */
export const isApiKey = (credential: string) => credential.startsWith('ctr_');

/** What is found and shown of a key; undefined: it is none. */
export const prefixOf = (key: string): string | undefined => pattern.exec(key)?.[1];

export const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** `ctr_<prefix>_<secret of 256 bits>`: told from a token, and from other secrets by those who look for lost ones. */
export function createApiKey() {
  const prefix = randomBytes(6).toString('hex');
  return { prefix, key: `ctr_${prefix}_${randomBytes(32).toString('base64url')}` };
}
