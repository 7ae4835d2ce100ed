import { z } from 'zod';
import { email } from '../accounts/account.schema.ts';
import { passwordSchema } from '../accounts/password.ts';
import { codeSchema } from '../accounts/second-factor.schema.ts';

export const loginSchema = z
  .strictObject({
    email,
    password: passwordSchema,
    code: codeSchema.optional(),
  })
  .meta({ id: 'Login' });

export const refreshTokenSchema = z
  .strictObject({
    refreshToken: z
      .string('must be text')
      .max(200, 'must have at most 200 characters')
      .meta({ maxLength: 200 }),
  })
  .meta({ id: 'RefreshToken' });

/** What a login gives, named as in RFC 6749. */
export const sessionSchema = z
  .strictObject({
    accountId: z.guid(),
    accessToken: z.string().meta({ description: 'For Authorization: Bearer.' }),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int().min(0).meta({ description: 'Seconds that the access token lasts.' }),
    refreshToken: z.string().meta({ description: 'Good once, for the next tokens of this session.' }),
    refreshExpiresIn: z.int().min(0).meta({ description: 'Seconds that the refresh token lasts.' }),
  })
  .meta({ id: 'Session' });

export type Login = z.output<typeof loginSchema>;
export type SessionTokens = z.output<typeof sessionSchema>;
