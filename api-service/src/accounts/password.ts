import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createLimiter } from 'ct-common-lib';
import { hash, verify } from './argon2.ts';

/** One after the other, in one thread: more at once would take longer each. */
const limited = createLimiter({ running: 1, waiting: 50 });

/** In characters (UTF-16 code units). */
export const passwordLimits = { min: 10, max: 200 } as const;

const tooShort = `must have at least ${passwordLimits.min} characters`;

/** A password that is chosen: any characters, which look the same in whichever way they are typed (NFKC, RFC 8265). */
export const newPasswordSchema = z
  .string('must be text')
  .max(passwordLimits.max, `must have at most ${passwordLimits.max} characters`)
  .refine((password) => password.isWellFormed(), {
    error: 'must be well-formed Unicode: it holds a lone surrogate',
  })
  .refine((password) => [...password.normalize('NFKC')].length >= passwordLimits.min, { error: tooShort })
  .meta({ minLength: passwordLimits.min, maxLength: passwordLimits.max, format: 'password' });

/** One that is tried. */
export const passwordSchema = z
  .string('must be text')
  .min(1, 'must not be empty')
  .max(passwordLimits.max, `must have at most ${passwordLimits.max} characters`)
  .meta({ minLength: 1, maxLength: passwordLimits.max, format: 'password' });

/** In the PHC string format. Throws TransientError `OVERLOADED` if too many wait. */
export const hashPassword = (password: string): Promise<string> =>
  limited(() => hash(password.normalize('NFKC')));

/** Of a password that nobody has. */
let decoy: string | undefined;

/** False without a hash, after as long a time: nobody learns from it whether there is such an account. Throws as {@link hashPassword}. */
export async function isPassword(password: string, hashed: string | undefined): Promise<boolean> {
  const against = hashed ?? (decoy ??= await hashPassword(randomUUID()));
  const isRight = await limited(() => verify(against, password.normalize('NFKC')));
  return hashed !== undefined && isRight;
}
