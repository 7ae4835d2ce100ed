/**
 * What is mutated, by group, and the tests that are to notice. Each group is a run of its own with a score of
 * its own, so that no mutant waits for all tests, and no feature lives on the tests of another. `servers` are those
 * that the tests may find; without them the suites that need one are pending. Mocha takes a comma in the name of a test
 * for the end of it.
 */
export const groups = {
  rating: {
    mutate: ['ct-common-lib/src/rating/*.ts'],
    tests: ['ct-common-lib/test/rating/*.test.ts'],
  },
  register: {
    mutate: ['rating-service/src/ratings/{rating.service,*.repository}.ts'],
    tests: ['rating-service/test/ratings/*.test.ts'],
  },
  relay: {
    mutate: ['ct-common-lib/src/outbox/*.ts', 'api-service/src/outbox/*.ts'],
    tests: ['ct-common-lib/test/outbox/*.test.ts', 'api-service/test/outbox/*.test.ts'],
  },
  consumer: {
    mutate: ['ct-common-lib/src/bus/{bus-metrics,consumer,copies,memory-bus,topology,waiting}.ts'],
    tests: [
      'ct-common-lib/test/bus/consumer.test.ts',
      'ct-common-lib/test/bus/copies.test.ts',
      'ct-common-lib/test/bus/memory-bus.test.ts',
      'ct-common-lib/test/bus/topology.test.ts',
      'ct-common-lib/test/bus/waiting.test.ts',
    ],
  },
  handlers: {
    mutate: [
      'rating-service/src/ratings/rating.consumer.ts',
      'api-service/src/ratings/rating.{consumer,repository}.ts',
    ],
    tests: [
      'rating-service/test/ratings/rating.consumer.test.ts',
      'api-service/test/rating-consumer.test.ts',
      'api-service/test/rating-repository.test.ts',
      'api-service/test/events.test.ts',
      'api-service/test/rating-link.test.ts',
    ],
  },
  cache: {
    mutate: ['ct-common-lib/src/cache/!(cache-store|redis-store).ts'],
    tests: ['ct-common-lib/test/cache/!(redis-*).test.ts'],
  },
  redis: {
    mutate: ['ct-common-lib/src/cache/{cache,redis}-store.ts'],
    tests: ['ct-common-lib/test/cache/redis-*.test.ts', 'ct-common-lib/test/cache/stores.test.ts'],
    servers: ['TEST_REDIS_URL'],
  },
  events: {
    mutate: ['ct-common-lib/src/events/*.ts', 'ct-common-lib/src/postgres/{missing,transient}.ts'],
    tests: [
      'ct-common-lib/test/events/*.test.ts',
      'ct-common-lib/test/postgres/error-signs.test.ts',
      'ct-common-lib/test/postgres/transient.test.ts',
    ],
  },
};
