import { createLogger } from 'ct-common-lib';
import { createSequelize, runMigrations } from 'ct-common-lib/postgres';
import { createTestDatabase } from 'ct-common-lib/testing';
import { QueryTypes, type Sequelize } from 'sequelize';
import { migrations } from '../../src/db/migrations/index.ts';
import { createProductRatingRepository } from '../../src/ratings/product-rating.repository.ts';
import { createRatingStoreRepository } from '../../src/ratings/rating-store.repository.ts';
import { createRatingService } from '../../src/ratings/rating.service.ts';
import {
  createReviewStateRepository,
  type ReviewStateRepository,
} from '../../src/ratings/review-state.repository.ts';

export const silent = createLogger({ name: 'test', level: 'silent' });

type Wrap = (states: ReviewStateRepository, sequelize: Sequelize) => ReviewStateRepository;

/** A migrated database of a test file's own, and ratings in it as often as a test wants an instance. */
export async function createRatingDatabase() {
  const database = await createTestDatabase({ name: 'rating' });
  await runMigrations({ url: database.url, migrations, log: silent });
  const open: Sequelize[] = [];

  return {
    url: database.url,

    /** The rating service on connections of its own, like one more instance. `wrap` may break its repository. */
    createRatings(wrap: Wrap = (states) => states) {
      const sequelize = createSequelize(database.url, { log: silent, applicationName: 'test', poolSize: 4 });
      open.push(sequelize);
      const productRatings = createProductRatingRepository(sequelize);
      const reviewStates = wrap(createReviewStateRepository(sequelize), sequelize);
      const { apply } = createRatingService({
        sequelize,
        ratingStores: createRatingStoreRepository(sequelize),
        reviewStates,
        productRatings,
        migrate: () => runMigrations({ url: database.url, migrations, log: silent }),
        log: silent,
      });
      return {
        apply,
        find: (productIds: string[]) => productRatings.find(productIds),
        /** The identity of this rating database. */
        async currentStore() {
          const sql = `SELECT id FROM rating_store WHERE role = 'current'`;
          const [row] = await sequelize.query<{ id: string }>(sql, { type: QueryTypes.SELECT });
          return row?.id;
        },
        sequelize,
      };
    },

    async drop() {
      await Promise.all(open.map((sequelize) => sequelize.close()));
      await database.drop();
    },
  };
}

export type RatingDatabase = Awaited<ReturnType<typeof createRatingDatabase>>;
