import { resolve } from 'node:path';
import { createLifecycle, createLogger, loadConfig, runProcess } from 'ct-common-lib';
import { startEmbeddedPostgres, type EmbeddedPostgres } from 'ct-common-lib/postgres';
import { compose, type RatingApp } from './compose.ts';
import { configSchema } from './config.ts';

await runProcess('rating-service', () => {
  const config = loadConfig(configSchema, process.env);
  const log = createLogger({ name: 'rating-service', level: config.logLevel });
  // Longer than the parts of a service take together at their worst.
  const lifecycle = createLifecycle({ log, stopTimeoutMs: 25_000 });
  const dataDir = resolve(config.dataDir, 'rating-service', 'postgres');

  let postgres: EmbeddedPostgres | undefined;
  let app: RatingApp | undefined;
  if (!config.ratingDatabaseUrl) {
    const start = async () => {
      postgres = await startEmbeddedPostgres({ dataDir, databases: ['ct_rating'], log });
    };
    lifecycle.add('postgres', start, () => postgres?.stop());
  }
  const start = () => {
    const ratingDatabaseUrl = config.ratingDatabaseUrl ?? postgres!.url('ct_rating');
    app = compose({ ...config, ratingDatabaseUrl }, { log });
    return app.start();
  };
  lifecycle.add('rating-service', start, () => app?.stop());
  return lifecycle;
});
