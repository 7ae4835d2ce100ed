import { resolve } from 'node:path';
import { createLifecycle, createLogger, loadConfig, runProcess } from 'ct-common-lib';
import { createEmbeddedPostgres } from 'ct-common-lib/postgres';
import { compose, type ApiApp } from './compose.ts';
import { configSchema } from './config.ts';

await runProcess('api-service', () => {
  const config = loadConfig(configSchema, process.env);
  const log = createLogger({ name: 'api-service', level: config.logLevel });
  // Longer than the parts of a service take together at their worst.
  const lifecycle = createLifecycle({ log, stopTimeoutMs: 25_000 + config.drainMs });

  const dataDir = resolve(config.dataDir, 'api-service', 'postgres');
  const postgres = createEmbeddedPostgres({ dataDir, databases: ['ct_api'], log });
  if (!config.databaseUrl) {
    lifecycle.add(
      'postgres',
      () => postgres.start(),
      () => postgres.stop(),
    );
  }

  let app: ApiApp | undefined;
  const start = () => {
    app = compose({ ...config, databaseUrl: config.databaseUrl ?? postgres.url('ct_api') }, { log });
    return app.start();
  };
  lifecycle.add('api-service', start, () => app?.stop());
  return lifecycle;
});
