import { resolve } from 'node:path';
import { createLifecycle, createLogger, createTracing, loadConfig, runProcess } from 'ct-common-lib';
import { createEmbeddedPostgres } from 'ct-common-lib/postgres';
import { compose, type ApiApp } from './compose.ts';
import { configSchema } from './config.ts';

await runProcess('api-service', async () => {
  const config = loadConfig(configSchema, process.env);
  const log = createLogger({ name: 'api-service', level: config.logLevel });
  if (!config.auth) {
    // Whatever LOG_LEVEL is: nobody shall learn it from what was done.
    const loud = log.child({}, { level: 'warn' });
    loud.warn('AUTH is off: whoever reaches this service may change and delete everything');
  }
  // Longer than the parts of a service take together at their worst.
  const lifecycle = createLifecycle({ log, stopTimeoutMs: 25_000 + config.drainMs });

  const tracing = config.tracing && (await createTracing({ name: 'api-service', ...config.tracing, log }));
  lifecycle.add('tracing', undefined, () => tracing?.stop());
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
    app = compose({ ...config, databaseUrl: config.databaseUrl ?? postgres.url('ct_api') }, { log, tracing });
    return app.start();
  };
  lifecycle.add('api-service', start, () => app?.stop());
  return lifecycle;
});
