import { expect } from 'chai';
import { loadConfig } from 'ct-common-lib';
import { createTestDatabase, describeWithRabbit, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { compose, type RatingApp } from '../src/compose.ts';
import { configSchema } from '../src/config.ts';
import { createRabbitSystem, type RabbitSystem } from './support/rabbit.ts';
import { silent } from './support/ratings.ts';
import { eventOf, review, truthOf } from './support/reviews.ts';

describeWithRabbit('rating-service on RabbitMQ', (rabbitmqUrl) => {
  let database: TestDatabase;
  let system: RabbitSystem;
  const apps: RatingApp[] = [];

  beforeEach(async () => {
    database = await createTestDatabase({ name: 'rating' });
    system = await createRabbitSystem(rabbitmqUrl);
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.stop()));
    await system.stop();
    await database.drop();
  });

  async function startInstance() {
    const { prefix } = system;
    const config = {
      ...loadConfig(configSchema, {}),
      ratingDatabaseUrl: database.url,
      rabbitmqUrl,
      prefix,
      port: 0,
    };
    const app = compose(config, { log: silent });
    await app.start();
    apps.push(app);
    return app;
  }

  it('tells the truth with two instances, one of which leaves half-way, and reviews that arrive twice and mixed up', async () => {
    const [, leaving] = await Promise.all([startInstance(), startInstance()]);
    const productIds = Array.from({ length: 5 }, () => uuidv7());
    const history = productIds.flatMap((productId) =>
      Array.from({ length: 20 }, () => review({ productId })).flatMap(({ reviewId }, at) =>
        [5, 3, at % 4 === 0 ? null : 1 + (at % 5)].map((rating, index) => ({
          reviewId,
          productId,
          rating,
          version: index + 1,
        })),
      ),
    );
    const twice = [...history, ...history].map(eventOf);
    const [arrivals] = fc.sample(fc.shuffledSubarray(twice, { minLength: twice.length }), 1);

    const publish = async (events: typeof twice) => {
      const outcomes = await waitFor('the queue is there', async () => {
        const given = await system.bus.publish(events);
        return given.every(({ status }) => status === 'confirmed') && given;
      });
      expect(outcomes).to.have.length(events.length);
    };
    await publish(arrivals!.slice(0, 300));
    await Promise.all([leaving.stop(), publish(arrivals!.slice(300))]);

    const truth = productIds.map((productId) => truthOf(productId, history));
    await waitFor('every rating has arrived', () =>
      truth.every(({ productId, version }) => system.latest.get(productId)?.version === version),
    );
    for (const { productId, histogram } of truth) {
      expect(system.latest.get(productId)?.distribution).to.deep.equal(histogram);
    }
  });

  it('shows in its health that it is connected', async () => {
    const app = await startInstance();
    const parts = await waitFor('it is connected', async () => {
      const response = await fetch(`http://127.0.0.1:${app.port()}/health/ready`);
      const { parts } = (await response.json()) as { parts: Record<string, string> };
      return parts.bus === 'connected' && parts;
    });
    expect(parts).to.deep.equal({ postgres: 'up', migrations: 'done', store: 'current', bus: 'connected' });
  });
});
