import { timingSafeEqual } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { NotFoundError, VersionMismatchError, type Logger } from 'ct-common-lib';
import { unauthorized, type Caller } from 'ct-common-lib/http';
import { untagged, type Done } from '../db/once.ts';
import { createWriter } from '../db/writer.ts';
import { withImplied } from '../auth/scopes.ts';
import { createApiKey, hashOf, prefixOf } from './api-key.ts';
import { shownOf, type ApiKeyRepository } from './api-key.repository.ts';
import type { NewApiKey } from './api-key.schema.ts';

const minuteMs = 60_000;

/** The rules of API keys. */
export function createApiKeyService({ keys, log }: { keys: ApiKeyRepository; log: Logger }) {
  const write = createWriter({ log });

  return {
    /** The answer alone holds the whole key. With an idempotency key it is done once. Throws what `once` throws. */
    create(given: NewApiKey, caller: Caller, idempotencyKey?: string): Promise<Done> {
      const { name, scopes, expiresAt } = given;
      const { prefix, key } = createApiKey();
      const row = { id: uuidv7(), name, prefix, keyHash: hashOf(key), scopes };
      const request = { caller: caller.id, key: idempotencyKey, operation: 'createKey', body: given };
      return write(() =>
        keys.once(request, async (transaction) => {
          const expiry = expiresAt === null ? null : new Date(expiresAt);
          const created = await keys.create({ ...row, expiresAt: expiry }, transaction);
          return { id: row.id, representation: untagged({ ...shownOf(created), key }) };
        }),
      );
    },

    /** Throws `KEY_NOT_FOUND`, also if it was revoked before, and `VERSION_MISMATCH`. */
    async revoke(id: string, versions?: string[]): Promise<void> {
      if (await write(() => keys.revoke(id, versions))) return;
      throw versions && (await keys.isGood(id)) ? new VersionMismatchError() : keyNotFound(id);
    },

    /** Whose it is: a program's. Throws `KEY_INVALID`. */
    async check(shown: string): Promise<Caller> {
      const prefix = prefixOf(shown);
      const key = prefix === undefined ? null : await keys.findByPrefix(prefix);
      if (!key || !timingSafeEqual(key.keyHash, hashOf(shown)) || key.revokedAt) throw keyInvalid();
      if (key.expiresAt && key.expiresAt.getTime() <= Date.now()) throw keyInvalid();
      if (Date.now() - (key.lastUsedAt?.getTime() ?? 0) > minuteMs) {
        // Nobody waits for it, and nothing is lost with it.
        keys
          .noteUse(key.id)
          .catch((error: unknown) => log.warn({ err: error }, 'the use of an API key was not noted'));
      }
      return { id: `key:${key.id}`, scopes: withImplied(key.scopes) };
    },
  };
}

export type ApiKeyService = ReturnType<typeof createApiKeyService>;

export const keyNotFound = (id: string) =>
  new NotFoundError('KEY_NOT_FOUND', {
    detail: `There is no API key ${id}, or it was revoked before.`,
    facts: { keyId: id },
  });

const keyInvalid = () =>
  unauthorized(
    'KEY_INVALID',
    'There is no such API key, or it has expired or was revoked. An admin makes a new one.',
    'invalid_token',
  );
