import { resolve } from 'node:path';
import { createLifecycle, createLogger, loadConfig, runProcess } from 'ct-common-lib';
import { startEmbeddedPostgres, type EmbeddedPostgres } from 'ct-common-lib/postgres';
import { compose, type ApiApp } from './compose.ts';
import { configSchema } from './config.ts';

await runProcess('api-service', () => {
  const config = loadConfig(configSchema, process.env);
  const log = createLogger({ name: 'api-service', level: config.logLevel });
  // Longer than the parts of a service take together at their worst.
  const lifecycle = createLifecycle({ log, stopTimeoutMs: 25_000 });
  const dataDir = resolve(config.dataDir, 'api-service', 'postgres');

  let postgres: EmbeddedPostgres | undefined;
  let api: ApiApp | undefined;
  if (!config.databaseUrl) {
    const start = async () => {
      postgres = await startEmbeddedPostgres({ dataDir, databases: ['ct_api'], log });
    };
    lifecycle.add('postgres', start, () => postgres?.stop());
  }
  const start = () => {
    api = compose({ ...config, databaseUrl: config.databaseUrl ?? postgres!.url('ct_api') }, { log });
    return api.start();
  };
  lifecycle.add('api-service', start, () => api?.stop());
  return lifecycle;
});
