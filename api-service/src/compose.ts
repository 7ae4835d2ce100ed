import { createLifecycle, createLogger, createMetrics, type Logger, type Tracing } from 'ct-common-lib';
import { createMemoryBus, createRabbitBus, createTracedBus, type Bus } from 'ct-common-lib/bus';
import { createCache, createMemoryStore, createRedisStore } from 'ct-common-lib/cache';
import { createAdmission, createApp, createHealthRouter, createHttpServer } from 'ct-common-lib/http';
import {
  createSequelize,
  isReachable,
  migrateWhenReachable,
  observePools,
  watchPool,
} from 'ct-common-lib/postgres';
import { createKeySet } from './auth/key-set.ts';
import { createTokenChecker } from './auth/token-checker.ts';
import { composeAccounts } from './compose-accounts.ts';
import type { Config } from './config.ts';
import { migrations } from './db/migrations/index.ts';
import { createReplicas } from './db/replicas.ts';
import { allowOrigins } from './http/cors.ts';
import { createDocsRouter } from './http/docs.routes.ts';
import { createGate, createOpenGate } from './http/gate.ts';
import { createJwksRouter } from './http/jwks.routes.ts';
import { createLoginLimit } from './http/limit-logins.ts';
import { createOpenApiRouter } from './http/openapi.routes.ts';
import { createStartGate } from './http/start-gate.ts';
import { createSweeper } from './db/sweeper.ts';
import { createApiKeyRepository } from './keys/api-key.repository.ts';
import { createApiKeyRouter } from './keys/api-key.routes.ts';
import { createApiKeyService } from './keys/api-key.service.ts';
import { createRateLimits } from './limits/rate-limits.ts';
import { createEventRelay } from './outbox/event-relay.ts';
import { createInvalidationRelay } from './outbox/invalidation-relay.ts';
import { cacheProducts } from './products/product.cache.ts';
import { createProductRepository } from './products/product.repository.ts';
import { createProductRouter } from './products/product.routes.ts';
import { createProductService } from './products/product.service.ts';
import { cacheRatings } from './ratings/rating.cache.ts';
import { createRatingConsumer } from './ratings/rating.consumer.ts';
import { createRatingRepository } from './ratings/rating.repository.ts';
import { createRatingRouter } from './ratings/rating.routes.ts';
import { createReviewReplayRepository } from './replay/review-replay.repository.ts';
import { createReviewReplay } from './replay/review-replay.ts';
import { cacheReviews } from './reviews/review.cache.ts';
import { createReviewRepository } from './reviews/review.repository.ts';
import { createReviewRouter } from './reviews/review.routes.ts';
import { createReviewService } from './reviews/review.service.ts';

const name = 'api-service';

export interface ComposeOptions {
  /** A bus that is shared; its owner starts it after this service and stops it before. Default: one of its own. */
  bus?: Bus;
  log?: Logger;
  /** Default: nothing is traced. Whoever gives one stops it. */
  tracing?: Tracing | undefined;
}

/** Wires the service: the one place that knows all of its parts. */
export function compose(
  config: Config,
  { bus: sharedBus, log = createLogger({ name, level: config.logLevel }), tracing }: ComposeOptions = {},
) {
  const { databaseUrl, replicaUrl, redisUrl, rabbitmqUrl, host, port, prefix, drainMs } = config;
  const { auth, mail, corsOrigins, trustProxy } = config;
  const lifecycle = createLifecycle({ log, stopTimeoutMs: 15_000 + drainMs });
  const metrics = createMetrics(name);
  const sequelize = createSequelize(databaseUrl, { log, applicationName: name, poolSize: 6 });
  // Relays, consumer, replay and readiness do not wait behind the requests.
  const background = createSequelize(databaseUrl, { log, applicationName: name, poolSize: 6 });
  const replicas = replicaUrl
    ? createReplicas({ url: replicaUrl, primary: background, applicationName: name, log, metrics })
    : undefined;
  const untracedBus = sharedBus ?? createBus();
  const bus = tracing ? createTracedBus(untracedBus, tracing) : untracedBus;
  if (!redisUrl && !sharedBus) {
    log.warn(
      'REDIS_URL is not set: the cache is inside this process, so run no second api-service on this database',
    );
  }
  const keys = auth && createKeySet(auth, log);
  const limits = createRateLimits({ redisUrl, prefix, limits: config.limits, log, metrics });
  const store = redisUrl
    ? createRedisStore({ url: redisUrl, prefix: `${prefix}ct:`, log })
    : createMemoryStore();
  const cache = createCache({
    store,
    log,
    metrics,
    settleOwedBumps: () => invalidations.drained({ timeoutMs: 1_000 }),
  });

  const ratings = cacheRatings(createRatingRepository(background), cache);
  const events = createEventRelay({ sequelize: background, bus, ratings, log, metrics });
  const invalidations = createInvalidationRelay({
    sequelize: background,
    bumpOrThrow: (tags) => cache.bumpOrThrow(tags),
    log,
    metrics,
  });
  const replay = createReviewReplay({
    replays: createReviewReplayRepository(background),
    wakeRelay: () => events.wake(),
    log,
  });
  // Not that of the invalidations: whoever writes has made the bumps by then, and their rows wait for the next look.
  const wakeRelay = () => events.wake();

  const products = cacheProducts(createProductRepository(sequelize, replicas), cache);
  const reviews = cacheReviews(createReviewRepository(sequelize, replicas), cache);
  const bump = (tags: string[]) => cache.bump(tags);
  const productService = createProductService({ products, reviews, bump, wakeRelay, log });
  const reviewService = createReviewService({ reviews, wakeRelay, log });

  bus.subscribe('api-service.ratings', createRatingConsumer({ ratings, log, metrics }));

  let migrated = false;
  const stopping = new AbortController();

  const apiKeys = createApiKeyRepository(sequelize);
  const keyService = createApiKeyService({ keys: apiKeys, log });
  const people = auth?.accounts
    ? composeAccounts({
        auth,
        mail,
        keys: keys!,
        sequelize,
        background,
        limitLogins: createLoginLimit(limits),
        port: () => server.port(),
        log,
        metrics,
      })
    : undefined;

  const routers = [
    createProductRouter({ products, productService }),
    createReviewRouter({ reviews, reviewService, products }),
    createRatingRouter({ products }),
    ...(people?.routers ?? []),
    // Others check our tokens whether or not people log in here.
    ...(keys && auth.jwksUrl === undefined ? [createJwksRouter(keys.publicKeys)] : []),
    ...(auth ? [createApiKeyRouter({ keys: apiKeys, keyService })] : []),
    createHealthRouter({ ready, metrics }),
  ];
  const app = createApp({
    log,
    metrics,
    gate:
      auth && keys
        ? createGate({
            checkToken: createTokenChecker(auth, keys.keyOf),
            checkKey: (key) => keyService.check(key),
            isAdmin: async (id) => people?.isAdmin(id) ?? true,
            limits,
          })
        : createOpenGate(limits),
    setHeaders: corsOrigins.length > 0 ? allowOrigins(corsOrigins) : undefined,
    routers: [
      createStartGate(() => migrated),
      ...routers,
      createOpenApiRouter(routers, auth),
      createDocsRouter(),
      ...(people?.pages ?? []),
    ].map((router) => ['/', router]),
    trustProxy,
    tracing,
  });
  const pool = watchPool(sequelize);
  observePools(metrics, { requests: sequelize, background });
  const admission = createAdmission({ metrics, isStalled: () => pool.isStalled() });
  const server = createHttpServer(app, { host, port, log, admission, drainDelayMs: drainMs });

  lifecycle.add('keys', () => keys?.start());
  lifecycle.add(
    'limits',
    () => limits.start(),
    () => limits.stop(),
  );
  lifecycle.add('database', undefined, () => {
    pool.stop();
    return sequelize.close();
  });
  lifecycle.add('background database', undefined, () => background.close());
  lifecycle.add(
    'http',
    () => server.start(),
    () => server.stop(),
  );
  lifecycle.add('migrations', async () => {
    migrated = await migrateWhenReachable({
      url: databaseUrl,
      urlVariable: 'DATABASE_URL',
      migrations,
      log,
      signal: stopping.signal,
    });
  });
  lifecycle.add(
    'replicas',
    () => replicas?.start(),
    () => replicas?.stop(),
  );
  const sweeper = createSweeper(background, log);
  lifecycle.add(
    'sweeper',
    () => sweeper.start(),
    () => sweeper.stop(),
  );
  lifecycle.add('cache', undefined, () => cache.stop());
  lifecycle.add(
    'invalidation relay',
    () => invalidations.start(),
    () => invalidations.stop(),
  );
  // After the relay that makes the bumps which are still owed, as nothing is read from the cache before that.
  lifecycle.add('cache in use', () => cache.start());
  if (!sharedBus) {
    lifecycle.add(
      'bus',
      () => bus.start(),
      () => bus.stop(),
    );
  }
  lifecycle.add(
    'review replay',
    () => replay.start(),
    () => replay.stop(),
  );
  // After the bus, so that the batch which is running at a stop can still be published.
  lifecycle.add(
    'event relay',
    () => events.start(),
    () => events.stop(),
  );
  if (people) {
    lifecycle.add(
      'mail relay',
      () => people.mails.start(),
      () => people.mails.stop(),
    );
  }
  // It was started early, to tell that it lives while it waits for the database, but is stopped first.
  lifecycle.add(
    'http drain',
    () => log.info({ host, port: server.port() }, 'api-service is ready'),
    () => server.stop(),
  );

  function createBus(): Bus {
    // What a lost queue held stands in the reviews; so it falls to this service to create the queues.
    const onMissingQueues = () => replay.ask();
    if (rabbitmqUrl)
      return createRabbitBus({ url: rabbitmqUrl, name, log, metrics, prefix, onMissingQueues });
    log.warn(
      'RABBITMQ_URL is not set: reviews are kept, but no rating will change, as the bus is inside this process',
    );
    return createMemoryBus({ log, metrics });
  }

  /** Redis and RabbitMQ may be away: the service is slower, or ratings wait, but requests are right. */
  async function ready() {
    const reachable = await isReachable(background);
    return {
      ready: migrated && reachable && !stopping.signal.aborted,
      parts: {
        postgres: reachable ? 'up' : 'down',
        migrations: migrated ? 'done' : 'pending',
        cache: cache.state(),
        bus: bus.state(),
        ...(replicas && { replicas: replicas.areInUse() ? 'in-use' : 'late' }),
      },
    };
  }

  return {
    start: () => lifecycle.start(),
    stop() {
      stopping.abort();
      return lifecycle.stop();
    },
    port: () => server.port(),
    /** The account of an admin and its password, if there was no admin yet; undefined also where there are no accounts. */
    appointFirstAdmin: async () => people?.appointFirstAdmin(),
    /** Resolves when everything that was written before has reached the bus and the cache. */
    drained: async () => {
      await events.drained();
      await invalidations.drained();
    },
  };
}

export type ApiApp = ReturnType<typeof compose>;
