import { z } from 'zod';
import { roles } from '../auth/scopes.ts';
import { cursor, pageLimit, pageOf, time, version } from '../http/fields.ts';
import { newPasswordSchema, passwordSchema } from './password.ts';

const notAnAddress = 'must be an e-mail address';

export const email = z
  .string('must be text')
  .trim()
  .max(254, 'must have at most 254 characters')
  .refine((address) => z.email().safeParse(address).success, { error: notAnAddress })
  .meta({ format: 'email', maxLength: 254 });

export const newAccountSchema = z
  .strictObject({ email, password: newPasswordSchema })
  .meta({ id: 'NewAccount' });

/** As it is answered. */
export const accountSchema = z
  .strictObject({
    id: z.guid().meta({ description: 'The author of the reviews that its owner writes.' }),
    email: z.string(),
    emailVerified: z.boolean(),
    role: z.enum(roles),
    disabled: z.boolean(),
    secondFactor: z.boolean().meta({ description: 'Whether a login takes a code.' }),
    version,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Account' });

export const accountExample = {
  id: '01a20151-b2c4-7210-9aee-e63e1c2ae5f4',
  email: 'ada@shop.example',
  emailVerified: false,
  role: 'customer',
  disabled: false,
  secondFactor: false,
  version: 1,
  createdAt: '2026-11-22T03:33:59.876Z',
  updatedAt: '2026-11-22T03:33:59.876Z',
};

export const accountPageSchema = pageOf('AccountPage', accountSchema);

export const accountQuerySchema = z.strictObject({
  limit: pageLimit,
  cursor,
  email: email.optional().meta({ description: 'The account with this address alone.' }),
});

/** What an admin decides. */
export const accountPatchSchema = z
  .strictObject({
    role: z.enum(roles, { error: `must be one of ${roles.join(', ')}` }),
    disabled: z.boolean('must be true or false').meta({ description: 'Nobody logs in, and sessions end.' }),
  })
  .partial()
  .meta({ id: 'AccountPatch' });

export const accountRemovalSchema = z
  .strictObject({ password: passwordSchema })
  .meta({ id: 'AccountRemoval' });

export const passwordChangeSchema = z
  .strictObject({ currentPassword: passwordSchema, newPassword: newPasswordSchema })
  .meta({ id: 'PasswordChange' });

const linkToken = z
  .string('must be text')
  .max(2_000, 'must have at most 2000 characters')
  .meta({ description: 'What stands after # in the link of the mail.', maxLength: 2_000 });

export const emailVerificationSchema = z.strictObject({ token: linkToken }).meta({ id: 'EmailVerification' });

export const passwordResetRequestSchema = z.strictObject({ email }).meta({ id: 'PasswordResetRequest' });

export const passwordResetSchema = z
  .strictObject({ token: linkToken, newPassword: newPasswordSchema })
  .meta({ id: 'PasswordReset' });

export type NewAccount = z.output<typeof newAccountSchema>;
export type AccountQuery = z.output<typeof accountQuerySchema>;
export type AccountPatch = z.output<typeof accountPatchSchema>;
export type PasswordChange = z.output<typeof passwordChangeSchema>;
export type PasswordReset = z.output<typeof passwordResetSchema>;
