import { z } from 'zod';
import { passwordSchema } from './password.ts';

export const codeSchema = z
  .string('must be text')
  .max(40, 'must have at most 40 characters')
  .meta({ description: 'Six digits of the authenticator, or a recovery code.', maxLength: 40 });

export const secondFactorSchema = z
  .strictObject({ password: passwordSchema })
  .meta({ id: 'NewSecondFactor' });

/** As it is answered. */
export const shownSecretSchema = z
  .strictObject({
    secret: z.string().meta({ description: 'In base 32, to be typed into an authenticator.' }),
    uri: z.string().meta({ description: 'The same as otpauth://…, for a QR code.' }),
  })
  .meta({ id: 'SecondFactor' });

export const confirmationSchema = z.strictObject({ code: codeSchema }).meta({ id: 'SecondFactorCode' });

export const recoveryCodesSchema = z
  .strictObject({
    recoveryCodes: z.array(z.string()).meta({
      description: 'Each in place of a code, once, when the authenticator is lost. Shown this once.',
    }),
  })
  .meta({ id: 'RecoveryCodes' });

export const removalSchema = z
  .strictObject({ password: passwordSchema, code: codeSchema })
  .meta({ id: 'SecondFactorRemoval' });
