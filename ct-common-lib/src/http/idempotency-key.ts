import type { Request } from 'express';
import { InvalidInputError } from '../errors.ts';

/** A string of a structured field (RFC 9651), as the draft has it, or the same without its quotes, as most clients send it. */
const keyPattern = /^(?:"([\x20\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/;

/**
 * The key by which a client marks requests that are one and the same (draft-ietf-httpapi-idempotency-key-header-07); undefined:
 * there is none. Throws 400 `IDEMPOTENCY_KEY_INVALID`.
 */
export function idempotencyKeyOf({ headers }: Request): string | undefined {
  const header = headers['idempotency-key'];
  if (header === undefined) return undefined;
  const [, quoted, bare] = keyPattern.exec(String(header)) ?? [];
  const key = quoted ?? bare;
  if (key !== undefined) return key;
  throw new InvalidInputError('IDEMPOTENCY_KEY_INVALID', {
    detail: 'Idempotency-Key must have 1 to 255 printable ASCII characters and no space, e.g. a UUID.',
  });
}
