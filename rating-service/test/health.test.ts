import { expect } from 'chai';
import { AppError, loadConfig } from 'ct-common-lib';
import { createMemoryBus, type Bus } from 'ct-common-lib/bus';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import { compose, type RatingApp } from '../src/compose.ts';
import { configSchema } from '../src/config.ts';
import { rejection } from './support/rejection.ts';
import { silent } from './support/ratings.ts';
import { eventOf, review } from './support/reviews.ts';

describe('rating-service over HTTP', () => {
  let database: TestDatabase;
  let bus: Bus;
  let app: RatingApp;

  before(async () => {
    database = await createTestDatabase({ name: 'rating' });
    bus = createMemoryBus({ log: silent });
    app = compose(configFor(database.url), { bus, log: silent });
    await app.start();
    await bus.start();
  });

  after(async () => {
    await bus.stop();
    await app.stop();
    await database.drop();
  });

  const get = (path: string) => fetch(`http://127.0.0.1:${app.port()}${path}`);

  it('is live', async () => {
    expect((await get('/health/live')).status).to.equal(200);
  });

  it('is ready, with the state of each part', async () => {
    const response = await get('/health/ready');
    expect(response.status).to.equal(200);
    expect(await response.json()).to.deep.equal({
      status: 'ready',
      parts: { postgres: 'up', migrations: 'done', store: 'current', bus: 'connected' },
    });
  });

  it('serves its metrics, under its name', async () => {
    await bus.publish([eventOf(review())]);
    const text = await (await get('/metrics')).text();
    expect(text).to.match(/^ct_rating_reviews_total\{outcome="newer",service="rating-service"\} 1$/m);
    expect(text).to.match(/^process_cpu_seconds_total\{service="rating-service"\}/m);
  });

  it('knows no other path', async () => {
    const response = await get('/api/products');
    expect(response.status).to.equal(404);
    expect(response.headers.get('content-type')).to.include('application/problem+json');
  });
});

describe('compose', () => {
  let database: TestDatabase;
  before(async () => (database = await createTestDatabase({ name: 'rating' })));
  after(() => database.drop());

  it('is ready although RabbitMQ is away', async () => {
    const app = compose({ ...configFor(database.url), rabbitmqUrl: 'amqp://127.0.0.1:1' }, { log: silent });
    await app.start();
    const response = await fetch(`http://127.0.0.1:${app.port()}/health/ready`);
    expect(response.status).to.equal(200);
    expect(await response.json()).to.have.nested.property('parts.bus', 'connecting');
    await app.stop();
  });

  it('finds its ratings again after a restart', async () => {
    const counted = review({ rating: 4 });
    for (const repetition of [1, 2]) {
      const bus = createMemoryBus({ log: silent });
      const app = compose(configFor(database.url), { bus, log: silent });
      await app.start();
      await bus.start();
      await bus.publish([eventOf(counted)]);
      const [rating] = await app.productRatings.find([counted.productId]);
      expect(rating, `start ${repetition}`).to.deep.include({ histogram: [0, 0, 0, 1, 0], version: 1 });
      await bus.stop();
      await app.stop();
    }
  });

  it('is not ready once PostgreSQL is gone, but lives on', async () => {
    const doomed = await createTestDatabase({ name: 'rating' });
    const bus = createMemoryBus({ log: silent });
    const app = compose(configFor(doomed.url), { bus, log: silent });
    await app.start();
    await doomed.drop();
    const response = await fetch(`http://127.0.0.1:${app.port()}/health/ready`);
    expect(response.status).to.equal(503);
    expect(await response.json()).to.deep.include({
      status: 'not ready',
      parts: { postgres: 'down', migrations: 'done', store: 'unknown', bus: 'connecting' },
    });
    expect((await fetch(`http://127.0.0.1:${app.port()}/health/live`)).status).to.equal(200);
    await app.stop();
  });

  it('waits for a database that is away, live but not ready, until it is told to stop', async () => {
    const app = compose(configFor('postgres://nobody@127.0.0.1:1/none'), memory());
    const started = app.start();
    const ready = await waitFor('it listens', () => fetch(`http://127.0.0.1:${app.port()}/health/ready`));
    expect(ready.status).to.equal(503);
    expect(await ready.json()).to.have.nested.property('parts.migrations', 'pending');
    await app.stop();
    await started;
    expect(() => app.port()).to.throw('has not been started');
  });

  it('does not wait for a database that does not exist, says so in a sentence, and frees its port', async () => {
    const missing = new URL(database.url);
    missing.pathname = '/no_such_database';
    const app = compose(configFor(missing.href), memory());
    const error = await rejection(app.start());
    expect(error).to.be.instanceOf(AppError).with.property('code', 'DATABASE_UNUSABLE');
    expect(error.message).to.match(/"no_such_database" does not exist.*check RATING_DATABASE_URL/);
    expect(() => app.port()).to.throw('has not been started');
  });

  it('may be stopped twice, and without having been started', async () => {
    const app = compose(configFor(database.url), memory());
    await app.stop();
    await app.stop();
    expect(() => app.port()).to.throw('has not been started');
  });
});

const memory = () => ({ bus: createMemoryBus({ log: silent }), log: silent });

function configFor(url: string) {
  return { ...loadConfig(configSchema, {}), ratingDatabaseUrl: url, port: 0 };
}
