import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

/** Who this rating database is, as api-service names it in each review event. */
export interface RatingStores {
  /** Undefined from the beginning of a rebuild to its end, and once the register was restored from a dump. */
  current: string | undefined;
  /** Reviews that were for these have been read by a rebuild. */
  former: Set<string>;
}

export function createRatingStoreRepository(sequelize: Sequelize) {
  return {
    /** To be called before anything else in the transaction: what it gives stands until that ends. */
    async hold(transaction: Transaction): Promise<RatingStores> {
      const rows = await sequelize.query<{ id: string; role: string }>(holdSql, {
        transaction,
        type: QueryTypes.SELECT,
      });
      const idsOf = (role: string) => rows.filter((row) => row.role === role).map(({ id }) => id);
      return { current: idsOf('current')[0], former: new Set(idsOf('former')) };
    },

    /** Remembers that reviews have come for these, so that the next rebuild makes them former ones. */
    async saveForeign(ids: string[], transaction: Transaction): Promise<void> {
      await sequelize.query(saveForeignSql, { bind: [ids], transaction });
    },

    /** Whether reviews wait for `npm run ratings:rebuild` here, or will. */
    async needsRebuild(): Promise<boolean> {
      const [row] = await sequelize.query<{ needed: boolean }>(needsRebuildSql, { type: QueryTypes.SELECT });
      return row?.needed ?? true;
    },
  };
}

export type RatingStoreRepository = ReturnType<typeof createRatingStoreRepository>;

// Two statements, so that the second sees what the lock of the first has waited for: a rebuild changes these rows while
// nobody else can hold that lock.
const holdSql = `
  LOCK TABLE review_state IN ROW EXCLUSIVE MODE;
  SELECT id, role FROM rating_store WHERE role = 'former' OR register = register_identity()`;

const saveForeignSql = `
  INSERT INTO rating_store (id, role)
  SELECT DISTINCT id, 'foreign' FROM unnest($1::uuid[]) AS id ORDER BY id
      ON CONFLICT (id) DO NOTHING`;

const needsRebuildSql = `
  SELECT count(*) FILTER (WHERE register = register_identity()) = 0
         OR count(*) FILTER (WHERE role = 'foreign') > 0 AS needed
    FROM rating_store`;
