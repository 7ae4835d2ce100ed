import { createLifecycle, createLogger, createMetrics, type Logger, type Tracing } from 'ct-common-lib';
import { createMemoryBus, createRabbitBus, createTracedBus, type Bus } from 'ct-common-lib/bus';
import { createApp, createHealthRouter, createHttpServer } from 'ct-common-lib/http';
import {
  createSequelize,
  isReachable,
  migrateWhenReachable,
  observePools,
  runMigrations,
} from 'ct-common-lib/postgres';
import type { Config } from './config.ts';
import { migrations } from './db/migrations/index.ts';
import { createProductRatingRepository } from './ratings/product-rating.repository.ts';
import { createRatingStoreRepository } from './ratings/rating-store.repository.ts';
import { createRatingConsumer } from './ratings/rating.consumer.ts';
import { createRatingService } from './ratings/rating.service.ts';
import { createReviewStateRepository } from './ratings/review-state.repository.ts';

const name = 'rating-service';
/** Of a backlog: of many reviews of few products it leaves few ratings to publish, which is what costs most. */
const batchSize = 10_000;

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
  const { ratingDatabaseUrl: url, rabbitmqUrl, host, port, prefix } = config;
  const lifecycle = createLifecycle({ log });
  const stopping = new AbortController();
  const metrics = createMetrics(name);
  const untracedBus = sharedBus ?? createBus();
  const bus = tracing ? createTracedBus(untracedBus, tracing) : untracedBus;
  const sequelize = createSequelize(url, { log, applicationName: name });
  observePools(metrics, { ratings: sequelize });
  const productRatings = createProductRatingRepository(sequelize);
  const reviewStates = createReviewStateRepository(sequelize);
  const ratingStores = createRatingStoreRepository(sequelize);
  const ratings = createRatingService({
    sequelize,
    ratingStores,
    reviewStates,
    productRatings,
    migrate: () => runMigrations({ url, migrations, log }),
    log,
  });
  const app = createApp({ log, metrics, routers: [['/', createHealthRouter({ ready, metrics })]], tracing });
  const server = createHttpServer(app, { host, port, portVariable: 'RATING_PORT', log });
  let migrated = false;

  bus.subscribe('rating-service.reviews', createRatingConsumer({ ratings, bus, metrics }), { batchSize });

  lifecycle.add('database', undefined, () => sequelize.close());
  // Before the database is there, to tell that the process lives while it waits.
  lifecycle.add(
    'http',
    () => server.start(),
    () => server.stop(),
  );
  lifecycle.add('migrations', async () => {
    migrated = await migrateWhenReachable({
      url,
      urlVariable: 'RATING_DATABASE_URL',
      migrations,
      log,
      signal: stopping.signal,
    });
  });
  if (!sharedBus) {
    lifecycle.add(
      'bus',
      () => bus.start(),
      () => bus.stop(),
    );
  }
  lifecycle.add('announcement', () => log.info({ host, port: server.port() }, 'rating-service is ready'));

  function createBus(): Bus {
    if (rabbitmqUrl) return createRabbitBus({ url: rabbitmqUrl, name, log, metrics, prefix });
    log.warn('RABBITMQ_URL is not set: no review will ever arrive here, as the bus is inside this process');
    return createMemoryBus({ log, metrics });
  }

  /** The bus may be away, and reviews may wait for a rebuild: ratings catch up, and no restart would help. */
  async function ready() {
    const reachable = await isReachable(sequelize);
    const rebuild = await ratingStores.needsRebuild().catch(() => undefined);
    return {
      ready: migrated && reachable && !stopping.signal.aborted,
      parts: {
        postgres: reachable ? 'up' : 'down',
        migrations: migrated ? 'done' : 'pending',
        store: rebuild === undefined ? 'unknown' : rebuild ? 'to-rebuild' : 'current',
        bus: bus.state(),
      },
    };
  }

  return {
    start: () => lifecycle.start(),
    stop() {
      stopping.abort();
      return lifecycle.stop();
    },
    /** The port of health and metrics. */
    port: () => server.port(),
    productRatings,
  };
}

export type RatingApp = ReturnType<typeof compose>;
