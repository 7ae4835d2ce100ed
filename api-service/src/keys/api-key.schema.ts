import { z } from 'zod';
import { keyScopes } from '../auth/scopes.ts';
import { cursor, pageLimit, pageOf, text, time } from '../http/fields.ts';

const scopesFault = `must be some of ${keyScopes.join(', ')}, each once`;
const notATime = 'must be a time in the future, e.g. 2030-01-31T12:00:00Z';

export const newApiKeySchema = z
  .strictObject({
    name: text(100).meta({ description: 'What it is for.' }),
    scopes: z
      .array(z.enum(keyScopes, { error: scopesFault }), scopesFault)
      .min(1, scopesFault)
      .max(keyScopes.length, scopesFault)
      .refine((scopes) => new Set(scopes).size === scopes.length, { error: scopesFault })
      .meta({ description: 'What it may do.' }),
    expiresAt: z.iso
      .datetime({ offset: true, error: notATime })
      .refine((time) => Date.parse(time) > Date.now(), { error: notATime })
      .nullable()
      .default(null)
      .meta({ description: 'Null: never.' }),
  })
  .meta({ id: 'NewApiKey' });

const shown = {
  id: z.guid(),
  name: z.string(),
  prefix: z.string().meta({ description: 'Of the key: ctr_<prefix>_…' }),
  scopes: z.array(z.enum(keyScopes)),
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  lastUsedAt: time.nullable().meta({ description: 'To the minute.' }),
  createdAt: time,
};

/** As it is answered. */
export const apiKeySchema = z.strictObject(shown).meta({ id: 'ApiKey' });

export const createdApiKeySchema = z
  .strictObject({ ...shown, key: z.string().meta({ description: 'All of it. Shown this once.' }) })
  .meta({ id: 'CreatedApiKey' });

export const apiKeyPageSchema = pageOf('ApiKeyPage', apiKeySchema);

export const apiKeyQuerySchema = z.strictObject({ limit: pageLimit, cursor });

export type NewApiKey = z.output<typeof newApiKeySchema>;
export type ApiKeyQuery = z.output<typeof apiKeyQuerySchema>;
