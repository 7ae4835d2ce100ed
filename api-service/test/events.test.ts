import { expect } from 'chai';
import type { Client } from 'pg';
import { createMemoryBus, type Bus, type EventHandler } from 'ct-common-lib/bus';
import { TransientError } from 'ct-common-lib';
import { createEvent, encodeEvent, type RatingData, type ReviewEvent } from 'ct-common-lib/events';
import { describeWithRabbit, waitFor } from 'ct-common-lib/testing';
import { connect, silent, startApi, type Api, type ApiOptions } from './support/api.ts';
import { createTestRabbit } from './support/rabbit.ts';
import { ratingByOne, ratingUpdated } from './support/ratings.ts';

/** A bus on which the test stands in for rating-service. */
async function startListening(handle: EventHandler) {
  const bus = createMemoryBus({ log: silent });
  bus.subscribe('rating-service.reviews', handle);
  const api = await startApi({ bus });
  await bus.start();
  const db = await connect(api.databaseUrl);
  return {
    api,
    bus,
    db,
    async stop() {
      await db.end();
      await bus.stop();
      await api.stop();
    },
  };
}

describe('events', () => {
  const heard: ReviewEvent[] = [];
  let failures: Error[] = [];
  let listening: Awaited<ReturnType<typeof startListening>>;
  let api: Api;
  let db: Client;

  before(async () => {
    listening = await startListening(async (events) => {
      const failure = failures.pop();
      if (failure) throw failure;
      heard.push(...(events as ReviewEvent[]));
    });
    ({ api, db } = listening);
  });
  after(() => listening.stop());
  beforeEach(() => {
    heard.length = 0;
    failures = [];
  });

  const eventsOf = (reviewId: string, count: number) =>
    waitFor(`${count} events`, () => {
      const found = heard.filter((event) => event.data.reviewId === reviewId);
      return found.length >= count ? found : null;
    });

  it('tell of a review that is created, edited and deleted, with its version', async () => {
    const { id: productId } = await api.createProduct();
    const { id: reviewId } = await api.createReview(productId, { rating: 5 });
    await eventsOf(reviewId, 1);
    await api.put(`/api/reviews/${reviewId}`, { rating: 3 });
    await eventsOf(reviewId, 2);
    await api.patch(`/api/reviews/${reviewId}`, { text: 'More' });
    await eventsOf(reviewId, 3);
    await api.delete(`/api/reviews/${reviewId}`);
    const events = await eventsOf(reviewId, 4);
    expect(events.map(({ type, data }) => [type, data])).to.deep.equal([
      ['review-created', { reviewId, productId, rating: 5, version: 1 }],
      ['review-updated', { reviewId, productId, rating: 3, version: 2 }],
      ['review-updated', { reviewId, productId, rating: 3, version: 3 }],
      ['review-deleted', { reviewId, productId, rating: null, version: 4 }],
    ]);
    for (const event of events)
      expect(event).to.include({ source: '/api-service', subject: productId, specversion: '1.0' });
    expect(new Set(events.map(({ id }) => id)).size).to.equal(4);
  });

  it('tell nothing of what the customer wrote', async () => {
    const { id } = await api.createProduct();
    const review = await api.createReview(id, {
      text: 'My address is 1 Main Street',
      authorName: 'Ada Lovelace',
    });
    const [event] = await eventsOf(review.id, 1);
    expect(Object.keys(event!.data)).to.have.members(['reviewId', 'productId', 'rating', 'version']);
  });

  it('do not come from a write that was refused or changed nothing', async () => {
    const { id } = await api.createProduct();
    const review = await api.createReview(id);
    const other = await api.createProduct();
    await api.patch(`/api/reviews/${review.id}`, {});
    await api.patch(`/api/reviews/${review.id}`, { rating: 9 });
    await api.patch(`/api/reviews/${review.id}`, { productId: other.id });
    await api.drained();
    expect(await eventsOf(review.id, 1)).to.have.length(1);
  });

  it('come again, with the same id, when a consumer failed on them', async () => {
    const { id } = await api.createProduct();
    failures = [new TransientError('AWAY'), new Error('a fault')];
    const review = await api.createReview(id);
    expect(await eventsOf(review.id, 1)).to.have.length(1);
    expect(failures).to.be.empty;
    await waitFor(
      'the outbox to be empty',
      async () => (await db.query('SELECT FROM outbox')).rows.length === 0,
    );
  });

  it('that cannot be told are put aside, with the reason, and hold up no other', async () => {
    const { id } = await api.createProduct();
    await db.query(
      `INSERT INTO outbox (type, subject, data) VALUES ('review-created', $1, '{"reviewId": "none"}'), ('nonsense', $1, '{}')`,
      [id],
    );
    const review = await api.createReview(id);
    await eventsOf(review.id, 1);
    const parked = await waitFor('both to be put aside', async () => {
      const { rows } = await db.query<{ reason: string; row: { type: string } }>(
        'SELECT * FROM outbox_parked ORDER BY id',
      );
      return rows.length === 2 ? rows : null;
    });
    expect(parked[0]!.reason).to.match(/no review-created event .*reviewId/);
    expect(parked[1]!.row.type).to.equal('nonsense');
  });

  describe('of ratings', () => {
    const tell = (...ratings: RatingData[]) => listening.bus.publish(ratings.map(ratingUpdated));

    it('are shown once they are handled: the highest version counts, in whatever order they come', async () => {
      const { id } = await api.createProduct();
      await api.product(id);
      await tell(ratingByOne(id, 7, 3));
      expect((await api.product(id)).averageRating).to.equal(3);
      await tell(ratingByOne(id, 6, 1), ratingByOne(id, 7, 2));
      expect((await api.product(id)).averageRating).to.equal(3);
      await tell(ratingByOne(id, 9, 5), ratingByOne(id, 8, 1), ratingByOne(id, 9, 5));
      expect(await api.product(id)).to.deep.include({
        averageRating: 5,
        ratingDistribution: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 1 },
      });
    });

    it('of a product that is gone are no fault', async () => {
      const outcomes = await tell(ratingByOne('01890000-0000-7000-8000-000000000000', 1, 5));
      expect(outcomes).to.deep.equal([{ status: 'confirmed' }]);
      expect(listening.bus.parked()).to.deep.equal([]);
    });

    it('are parked with the reason when they are none, and hold up no other', async () => {
      const { id } = await api.createProduct();
      const data = { reviewId: id, productId: id, rating: 5, version: 1 };
      const review = createEvent('review-created', { source: '/api-service', subject: id, data });
      const impossible = {
        ...ratingUpdated(ratingByOne(id, 1, 5)),
        data: { ...ratingByOne(id, 1, 5), averageRating: 6 },
      };
      const messages = [Buffer.from('no JSON'), encodeEvent(review), Buffer.from(JSON.stringify(impossible))];
      for (const message of messages) await listening.bus.deliver('api-service.ratings', message);
      const parked = listening.bus.parked().slice(-3);
      expect(parked.map(({ content }) => content)).to.deep.equal(messages);
      for (const { reason } of parked) expect(reason).to.match(/\w/);
      await tell(ratingByOne(id, 1, 4));
      expect((await api.product(id)).averageRating).to.equal(4);
    });
  });
});

/** Whatever the bus: whoever handles an event finds the row that it tells of, at that version or a later one. */
async function expectOnlyWhatIsCommitted(bus: Bus, options: ApiOptions) {
  const tooEarly: string[] = [];
  const handled = new Set<string>();
  bus.subscribe('rating-service.reviews', async (events) => {
    const { rows } = await db.query<{ id: string; version: string }>('SELECT id, version FROM reviews');
    const versions = new Map(rows.map(({ id, version }) => [id, Number(version)]));
    for (const { id, data } of events as ReviewEvent[]) {
      if ((versions.get(data.reviewId) ?? 0) < data.version) tooEarly.push(id);
      handled.add(`${data.reviewId} ${data.version}`);
    }
  });
  const api = await startApi(options);
  const db = await connect(api.databaseUrl);
  await bus.start();
  try {
    const { id: productId } = await api.createProduct();
    const writing = Array.from({ length: 20 }, async () => {
      const { id } = await api.createReview(productId);
      await api.patch(`/api/reviews/${id}`, { rating: 1 });
      await api.delete(`/api/reviews/${id}`);
    });
    await Promise.all(writing);
    await waitFor('all events', () => handled.size === 60);
    expect(tooEarly).to.deep.equal([]);
  } finally {
    await bus.stop();
    await db.end();
    await api.stop();
  }
}

it('an event on the in-process bus is never handled before its row is committed', async () => {
  const bus = createMemoryBus({ log: silent });
  await expectOnlyWhatIsCommitted(bus, { bus });
});

describeWithRabbit('on RabbitMQ', (url) => {
  let rabbit: ReturnType<typeof createTestRabbit>;
  beforeEach(() => (rabbit = createTestRabbit(url)));
  afterEach(() => rabbit.drop());

  it('an event is never handled before its row is committed', async () => {
    const { bus, ...options } = rabbit;
    await expectOnlyWhatIsCommitted(bus, options);
  });

  it('reviews go out and ratings come in', async () => {
    const { bus, ...options } = rabbit;
    const api = await startApi(options);
    bus.subscribe('rating-service.reviews', async (events) => {
      await bus.publish(
        (events as ReviewEvent[]).map(({ data }) =>
          ratingUpdated(ratingByOne(data.productId, data.version, data.rating!)),
        ),
      );
    });
    await bus.start();
    try {
      const { id } = await api.createProduct();
      await api.createReview(id, { rating: 2 });
      await waitFor('the rating', async () => (await api.product(id)).averageRating === 2);
      expect(await api.page('/health/ready')).to.have.nested.property('parts.bus', 'connected');
    } finally {
      await bus.stop();
      await api.stop();
    }
  });
});
