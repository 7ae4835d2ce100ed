import { createTestDatabase } from 'ct-common-lib/testing';
import { createConfig, silent } from '../../api-service/test/support/api.ts';
import { compose as composeApi } from '../../api-service/src/compose.ts';
import { compose as composeRating } from '../../rating-service/src/compose.ts';
import { configSchema as ratingConfigSchema } from '../../rating-service/src/config.ts';
import { parseMetrics, type Family } from './metrics.ts';

/** Both services as in production, each with a bus and a cache of its own, and with what they tell of themselves. */
export async function startObserved() {
  const [apiDatabase, ratingDatabase] = [
    await createTestDatabase({ name: 'api' }),
    await createTestDatabase({ name: 'rating' }),
  ];
  // No replica, but whoever has one is told of it by these metrics.
  const settings = createConfig({ databaseUrl: apiDatabase.url, replicaUrl: apiDatabase.url });
  const api = composeApi(settings, { log: silent });
  const config = { ...ratingConfigSchema.parse({}), port: 0, ratingDatabaseUrl: ratingDatabase.url };
  const rating = composeRating(config, { log: silent });
  await rating.start();
  await api.start();
  const ports = { 'api-service': api.port(), 'rating-service': rating.port() };

  return {
    baseUrl: `http://127.0.0.1:${ports['api-service']}`,

    async metricsOf(service: keyof typeof ports): Promise<Map<string, Family>> {
      const answer = await fetch(`http://127.0.0.1:${ports[service]}/metrics`);
      return parseMetrics(await answer.text());
    },

    async stop() {
      await api.stop();
      await rating.stop();
      await apiDatabase.drop();
      await ratingDatabase.drop();
    },
  };
}

export type Observed = Awaited<ReturnType<typeof startObserved>>;
