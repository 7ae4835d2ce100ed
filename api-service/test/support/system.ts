import { loadConfig } from 'ct-common-lib';
import { createMemoryBus } from 'ct-common-lib/bus';
import { createTestDatabase } from 'ct-common-lib/testing';
import { createServiceUser } from '../../../test/support/service-user.ts';
import { compose as composeRatingService } from '../../../rating-service/src/compose.ts';
import { configSchema } from '../../../rating-service/src/config.ts';
import { schema } from '../../../rating-service/src/db/schema.ts';
import { silent, startApi, type ApiOptions } from './api.ts';

/** Both services on one in-process bus: what is written here moves averages. */
export async function startSystem(options: Omit<ApiOptions, 'bus'> = {}) {
  const bus = createMemoryBus({ log: silent });
  const ratingDatabase = await createTestDatabase({ name: 'rating' });
  const user = await createServiceUser(ratingDatabase.url, schema);
  const ratingConfig = { ...loadConfig(configSchema, {}), ratingDatabaseUrl: user.url, port: 0 };
  const ratingService = composeRatingService(ratingConfig, { bus, log: silent });
  await ratingService.start();
  const api = await startApi({ ...options, bus });
  await bus.start();

  return {
    ...api,
    bus,
    async stop() {
      await bus.stop();
      await api.stop();
      await ratingService.stop();
      await ratingDatabase.drop();
      await user.drop();
    },
  };
}

export type System = Awaited<ReturnType<typeof startSystem>>;
