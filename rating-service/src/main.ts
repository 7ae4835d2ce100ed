import { resolve } from 'node:path';
import { createLifecycle, createLogger, createTracing, loadConfig, runProcess } from 'ct-common-lib';
import { createEmbeddedPostgres } from 'ct-common-lib/postgres';
import { compose, type RatingApp } from './compose.ts';
import { configSchema } from './config.ts';

await runProcess('rating-service', async () => {
  const config = loadConfig(configSchema, process.env);
  const log = createLogger({ name: 'rating-service', level: config.logLevel });
  // Longer than the parts of a service take together at their worst.
  const lifecycle = createLifecycle({ log, stopTimeoutMs: 25_000 });

  const tracing = config.tracing && (await createTracing({ name: 'rating-service', ...config.tracing, log }));
  lifecycle.add('tracing', undefined, () => tracing?.stop());
  const dataDir = resolve(config.dataDir, 'rating-service', 'postgres');
  const postgres = createEmbeddedPostgres({ dataDir, databases: ['ct_rating'], log });
  if (!config.ratingDatabaseUrl) {
    lifecycle.add(
      'postgres',
      () => postgres.start(),
      () => postgres.stop(),
    );
  }

  let app: RatingApp | undefined;
  const start = () => {
    app = compose(
      { ...config, ratingDatabaseUrl: config.ratingDatabaseUrl ?? postgres.url('ct_rating') },
      { log, tracing },
    );
    return app.start();
  };
  lifecycle.add('rating-service', start, () => app?.stop());
  return lifecycle;
});
