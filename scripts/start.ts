import { assertPortIsFree } from 'ct-common-lib/http';
import { isIPv6 } from 'node:net';
import { z } from 'zod';
import { createLifecycle, createLogger, createTracing, loadConfig, runProcess } from 'ct-common-lib';
import { createMemoryBus } from 'ct-common-lib/bus';
import { createEmbeddedPostgres } from 'ct-common-lib/postgres';
import { compose as composeApi, type ApiApp } from '../api-service/src/compose.ts';
import { configSchema as apiConfigSchema } from '../api-service/src/config.ts';
import { compose as composeRating, type RatingApp } from '../rating-service/src/compose.ts';
import { configSchema as ratingConfigSchema } from '../rating-service/src/config.ts';
import { announceRunning, dataDir, postgresDir, withdrawRunning } from './running.ts';

/** Both services see the same environment, and all faults of both are told at once. */
const schema = z.preprocess(
  (env) => ({ api: env, rating: env }),
  z.object({ api: apiConfigSchema, rating: ratingConfigSchema }),
);

const urlOf = (host: string, port: number) => `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** `npm start`: both services in one process, with embedded parts in place of those that are not configured. */
await runProcess('CT Reviews', async () => {
  const startedAt = Date.now();
  const { PORT, RATING_PORT, LOG_LEVEL } = process.env;
  const { api: apiConfig, rating: ratingConfig } = loadConfig(schema, {
    ...process.env,
    DATA_DIR: dataDir,
    LOG_LEVEL: LOG_LEVEL || 'warn',
    // Next to the API's port, so that PORT alone moves everything.
    RATING_PORT: RATING_PORT || (Number(PORT) > 0 ? String(Number(PORT) + 1) : PORT),
  });
  const { rabbitmqUrl, redisUrl } = apiConfig;
  const log = createLogger({ name: 'ct-reviews', level: apiConfig.logLevel });
  const bus = rabbitmqUrl ? undefined : createMemoryBus({ log });
  // Longer than the parts of a service take together at their worst.
  const lifecycle = createLifecycle({ log, stopTimeoutMs: 25_000 + apiConfig.drainMs });

  let api: ApiApp | undefined;
  let rating: RatingApp | undefined;

  // Before anything is started or made: a taken port is what goes wrong most often.
  lifecycle.add('ports', async () => {
    await assertPortIsFree({ host: apiConfig.host, port: apiConfig.port, portVariable: 'PORT' });
    await assertPortIsFree({ host: ratingConfig.host, port: ratingConfig.port, portVariable: 'RATING_PORT' });
  });
  let greeted = false;
  lifecycle.add('farewell', undefined, () => {
    if (greeted) console.log('CT Reviews has stopped.');
  });

  const embedded = !apiConfig.databaseUrl || !ratingConfig.ratingDatabaseUrl;
  const postgres = createEmbeddedPostgres({ dataDir: postgresDir, databases: ['ct_api', 'ct_rating'], log });
  if (embedded) {
    lifecycle.add(
      'postgres',
      () => postgres.start(),
      () => postgres.stop(),
    );
  }

  const databaseUrl = () => apiConfig.databaseUrl ?? postgres.url('ct_api');
  const ratingDatabaseUrl = () => ratingConfig.ratingDatabaseUrl ?? postgres.url('ct_rating');
  const shared = { log, ...(bus && { bus }) };
  const settings = apiConfig.tracing;
  const trace = (name: string) => settings && createTracing({ name, ...settings, log });
  const [ofApi, ofRating] = await Promise.all([trace('api-service'), trace('rating-service')]);

  lifecycle.add('tracing', undefined, async () => {
    await Promise.all([ofApi?.stop(), ofRating?.stop()]);
  });
  const startRating = () => {
    rating = composeRating(
      { ...ratingConfig, ratingDatabaseUrl: ratingDatabaseUrl() },
      { ...shared, tracing: ofRating },
    );
    return rating.start();
  };
  lifecycle.add('rating-service', startRating, () => rating?.stop());
  const startApi = () => {
    api = composeApi({ ...apiConfig, databaseUrl: databaseUrl() }, { ...shared, tracing: ofApi });
    return api.start();
  };
  lifecycle.add('api-service', startApi, () => api?.stop());
  if (bus)
    lifecycle.add(
      'bus',
      () => bus.start(),
      () => bus.stop(),
    );

  const greet = async () => {
    const apiUrl = urlOf(apiConfig.host, api!.port());
    const admin = await api!.appointFirstAdmin();
    greeted = true;
    await announceRunning({
      pid: process.pid,
      apiUrl,
      databaseUrl: databaseUrl(),
      ratingDatabaseUrl: ratingDatabaseUrl(),
    });
    console.log(
      greeting({
        apiUrl,
        ratingUrl: urlOf(ratingConfig.host, rating!.port()),
        admin,
        seconds: (Date.now() - startedAt) / 1000,
      }),
    );
  };
  lifecycle.add('greeting', greet, withdrawRunning);

  const { auth } = apiConfig;
  const { DATA_DIR } = process.env;
  const tokenCommand = `${DATA_DIR ? `DATA_DIR='${dataDir}' ` : ''}npm run -s token -- --role admin`;
  const credentials = !auth
    ? { writers: 'by anybody who reaches it: AUTH is off', token: 'none needed' }
    : auth.jwksUrl === undefined
      ? { writers: `with a token of ${tokenCommand}`, token: `$(${tokenCommand})` }
      : {
          writers: 'with a token of the provider of AUTH_JWKS_URL, for the lines below in ADMIN_TOKEN',
          token: '$ADMIN_TOKEN',
        };

  interface Greeted {
    apiUrl: string;
    ratingUrl: string;
    seconds: number;
    /** Who was made just now. */
    admin: { email: string; password: string } | undefined;
  }

  function greeting({ apiUrl, ratingUrl, seconds, admin }: Greeted) {
    return `
CT Reviews is ready after ${seconds.toFixed(1)} s. Ctrl-C stops it.

  API       ${apiUrl}
  Health    ${apiUrl}/health/ready  ${ratingUrl}/health/ready
  Data      ${embedded ? `${dataDir} (embedded PostgreSQL 18)` : 'in the PostgreSQL of DATABASE_URL and RATING_DATABASE_URL'}
  Cache     ${redisUrl ? 'in the Redis of REDIS_URL' : 'in this process'}
  Events    ${rabbitmqUrl ? 'through the RabbitMQ of RABBITMQ_URL' : 'in this process'}
  Writes    ${credentials.writers}
  Reference ${apiUrl}/docs${admin ? `\n  Admin     ${admin.email} with the password ${admin.password}, which is printed this once` : ''}

Four lines to try: a token, a product, a review of it, and the product with its new rating.

  TOKEN="Authorization: Bearer ${credentials.token}"
  PRODUCT=$(curl -s ${apiUrl}/api/products -H "$TOKEN" -H 'Content-Type: application/json' -d '{"sku":"mug-'$(date +%s)'","name":"Blue mug"}' | cut -d '"' -f 4)
  curl -s ${apiUrl}/api/reviews -H "$TOKEN" -H 'Content-Type: application/json' -d '{"productId":"'$PRODUCT'","rating":5,"title":"Keeps my tea warm"}'
  sleep 1; curl -s ${apiUrl}/api/products/$PRODUCT
`;
  }

  return lifecycle;
});
