import { Op, type Sequelize, type Transaction } from 'sequelize';
import { gather } from 'ct-common-lib';
import { createRepresentation, type Representation } from 'ct-common-lib/http';
import { inOrder } from '../db/in-order.ts';
import { pageOfIds, type IdPage } from '../db/keyset.ts';
import { once, type Done, type RepeatableRequest } from '../db/once.ts';
import { defineApiKey, type ApiKey } from './api-key.model.ts';
import type { ApiKeyQuery } from './api-key.schema.ts';

/** API keys in PostgreSQL. Those that are revoked stay, to tell which there were. */
export function createApiKeyRepository(sequelize: Sequelize) {
  const ApiKey = defineApiKey(sequelize);

  return {
    /** See {@link once}. */
    once: (request: RepeatableRequest, effect: (transaction: Transaction) => Promise<Done>) =>
      once(sequelize, request, effect),

    create: (
      key: Pick<ApiKey, 'id' | 'name' | 'prefix' | 'keyHash' | 'scopes' | 'expiresAt'>,
      transaction: Transaction,
    ): Promise<ApiKey> => ApiKey.create(key, { transaction }),

    /** In one statement with all who ask at the same time, so that it costs little to try out keys that are none. */
    findByPrefix: gather(async (prefixes: string[]): Promise<(ApiKey | null)[]> => {
      const rows = await ApiKey.findAll({ where: { prefix: prefixes } });
      const found = new Map(rows.map((row) => [row.prefix, row]));
      return prefixes.map((prefix) => found.get(prefix) ?? null);
    }),

    async find(id: string): Promise<Representation | null> {
      const key = await ApiKey.findOne({ where: { id } });
      return key && representKey(key);
    },

    /** The newest first. */
    listIds: ({ limit, cursor }: ApiKeyQuery): Promise<IdPage> =>
      pageOfIds(sequelize, {
        table: 'api_keys',
        order: { expression: 'created_at', type: 'timestamptz', direction: 'DESC' },
        conditions: [],
        binds: {},
        limit,
        cursor,
        identity: { list: 'keys' },
      }),

    /** In the order of `ids`. */
    async findMany(ids: string[]): Promise<Representation[]> {
      const found = inOrder(ids, await ApiKey.findAll({ where: { id: ids } }), representKey);
      return found.filter((key) => key !== null);
    },

    /** False if there is none that is not revoked yet, or that is at none of `versions`. */
    async revoke(id: string, versions = [unrevoked]): Promise<boolean> {
      if (!versions.includes(unrevoked)) return false;
      const [count] = await ApiKey.update({ revokedAt: new Date() }, { where: { id, revokedAt: null } });
      return count > 0;
    },

    /** Whether there is one that is not revoked. */
    isGood: async (id: string): Promise<boolean> =>
      (await ApiKey.count({ where: { id, revokedAt: null } })) > 0,

    /** At most once a minute, as nobody asks for more. */
    async noteUse(id: string): Promise<void> {
      const minuteAgo = new Date(Date.now() - 60_000);
      const isOlder = { [Op.or]: [{ [Op.is]: null }, { [Op.lt]: minuteAgo }] };
      await ApiKey.update({ lastUsedAt: new Date() }, { where: { id, lastUsedAt: isOlder } });
    },
  };
}

export type ApiKeyRepository = ReturnType<typeof createApiKeyRepository>;

/** It changes once, when it is revoked. */
const versionOf = ({ revokedAt }: ApiKey) => (revokedAt ? '2' : unrevoked);
const unrevoked = '1';

const representKey = (key: ApiKey) => createRepresentation(versionOf(key), shownOf(key));

/** As the API shows it. */
export const shownOf = (key: ApiKey): object => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  scopes: key.scopes,
  expiresAt: key.expiresAt,
  revokedAt: key.revokedAt ?? null,
  lastUsedAt: key.lastUsedAt ?? null,
  createdAt: key.createdAt,
});
