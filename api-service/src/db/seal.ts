import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const saltBytes = 16;
const tagBytes = 16;
/** Each key encrypts once, as it is made with a salt of its own. */
const nonce = Buffer.alloc(12);

/** Encrypts with AES-256-GCM, under a key derived from the secret and a salt (HKDF, RFC 5869): salt, tag, cipher text. */
export function seal(secret: string, plain: Buffer): Buffer {
  const salt = randomBytes(saltBytes);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, salt), nonce);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([salt, cipher.getAuthTag(), sealed]);
}

/** Throws if it was not sealed with this secret, or has changed since. */
export function unseal(secret: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret, sealed.subarray(0, saltBytes)), nonce);
  decipher.setAuthTag(sealed.subarray(saltBytes, saltBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(saltBytes + tagBytes)), decipher.final()]);
}

const keyOf = (secret: string, salt: Buffer) =>
  Buffer.from(hkdfSync('sha256', secret, salt, 'ct-reviews kept answer', 32));
