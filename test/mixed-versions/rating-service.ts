import type { Bus } from 'ct-common-lib/bus';
import { createTestDatabase } from 'ct-common-lib/testing';
import { silent } from '../../api-service/test/support/api.ts';
import { compose } from '../../rating-service/src/compose.ts';
import { configSchema } from '../../rating-service/src/config.ts';

/** Today's rating-service, on a database of its own. */
export async function startRating(bus: Bus) {
  const database = await createTestDatabase({ name: 'rating' });
  const config = { ...configSchema.parse({}), port: 0, ratingDatabaseUrl: database.url };
  const app = compose(config, { bus, log: silent });
  await app.start();
  return {
    databaseUrl: database.url,
    async stop() {
      await app.stop();
      await database.drop();
    },
  };
}

export type RatingService = Awaited<ReturnType<typeof startRating>>;
