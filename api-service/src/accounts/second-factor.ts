import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Account } from './account.model.ts';
import type { AccountRepository, Transaction } from './account.repository.ts';

/** What every authenticator understands (RFC 6238): six digits of HMAC-SHA-1, new every 30 s. */
const totpOf = (secret: Uint8Array, email = '') =>
  new TOTP({
    issuer: 'CT Reviews',
    label: email,
    algorithm: 'SHA1',
    digits: 6,
    period: periodSeconds,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  });

const periodSeconds = 30;
/** 160 bits, as RFC 4226 recommends. */
export const createTotpSecret = () => randomBytes(20);

/** For an authenticator: as text, and as the URI that a QR code is made of. */
export function shownSecret(secret: Uint8Array, email: string) {
  const totp = totpOf(secret, email);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** The step that a code belongs to, if it is that of now or of a neighbour, as clocks differ; undefined: it is wrong. */
export function stepOf(code: string, secret: Uint8Array, now = Date.now()): number | undefined {
  const delta = totpOf(secret).validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? undefined : Math.floor(now / 1000 / periodSeconds) + delta;
}

/** Of an account without one; a new one begins anew. */
export const noSecondFactor = {
  totpSecret: null,
  totpConfirmedAt: null,
  totpLastStep: '0',
  recoveryCodes: [],
};

const recoveryCodes = 10;
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** 79 bits each, without characters that look alike: `xxxx-xxxx-xxxx-xxxx`. */
export const createRecoveryCodes = (): string[] => Array.from({ length: recoveryCodes }, recoveryCode);

function recoveryCode(): string {
  const letters: string[] = [];
  while (letters.length < 16) {
    const byte = randomBytes(1)[0]!;
    // The rest of the range would make some letters likelier than others.
    if (byte < 248) letters.push(alphabet[byte % alphabet.length]!);
  }
  return letters.join('').replaceAll(/(.{4})(?=.)/g, '$1-');
}

export const hashOfRecoveryCode = (code: string): string =>
  createHash('sha256').update(code.toLowerCase().replaceAll(/[\s-]/g, '')).digest('hex');

/** Whether it is the account's code of now, or a recovery code that is left. Each does once: it is taken in `transaction`. */
export async function takeCode(
  { id, totpSecret }: Account,
  code: string,
  accounts: AccountRepository,
  transaction: Transaction,
): Promise<boolean> {
  if (!/^\d{6}$/.test(code)) return accounts.takeRecoveryCode(id, hashOfRecoveryCode(code), transaction);
  const step = totpSecret ? stepOf(code, totpSecret) : undefined;
  return step !== undefined && accounts.takeStep(id, step, transaction);
}
