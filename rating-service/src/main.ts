import { join } from 'node:path';
import { createLifecycle, createLogger } from 'ct-common-lib';
import { startEmbeddedPostgres } from 'ct-common-lib/postgres';
import { compose, type RatingApp } from './compose.ts';
import { loadRatingConfig } from './config.ts';

async function run() {
  const config = loadRatingConfig(process.env);
  const log = createLogger({ name: 'rating-service', level: config.logLevel });
  const lifecycle = createLifecycle({ log });
  const stop = () => void lifecycle.stop().then(() => process.exit());
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // A launcher that died without a signal takes its children along.
  process.once('disconnect', stop);

  let postgres: ReturnType<typeof startEmbeddedPostgres> | undefined;
  const startPostgres = async () => {
    const dataDir = join(config.dataDir, 'rating-service', 'postgres');
    postgres = startEmbeddedPostgres({ dataDir, databases: ['rating'], log });
    await postgres;
  };
  if (!config.ratingDatabaseUrl) {
    lifecycle.add('postgres', startPostgres, async () => (await postgres)?.stop());
  }

  let app: RatingApp | undefined;
  const startApp = async () => {
    const ratingDatabaseUrl = config.ratingDatabaseUrl ?? (await postgres!).url('rating');
    app = compose({ ...config, ratingDatabaseUrl }, { log });
    await app.start();
  };
  lifecycle.add('rating-service', startApp, () => app?.stop());
  await lifecycle.start();
}

run().catch((error: Error) => {
  process.stderr.write(`rating-service cannot start. ${error.message}\n`);
  process.exit(1);
});
