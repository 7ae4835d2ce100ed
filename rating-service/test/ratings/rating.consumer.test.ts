import { expect } from 'chai';
import { createMetrics, PoisonMessageError, TransientError } from 'ct-common-lib';
import { createMemoryBus, type EventHandler, type MemoryBus } from 'ct-common-lib/bus';
import { createEvent, type EventOf } from 'ct-common-lib/events';
import { waitFor } from 'ct-common-lib/testing';
import { createRatingConsumer } from '../../src/ratings/rating.consumer.ts';
import { rejection } from '../support/rejection.ts';
import { createRatingDatabase, silent, type RatingDatabase } from '../support/ratings.ts';
import { eventOf, review } from '../support/reviews.ts';

type RatingUpdated = EventOf<'rating-updated'>;

describe('rating.consumer', () => {
  let database: RatingDatabase;
  let ratings: ReturnType<RatingDatabase['createRatings']>;
  const buses: MemoryBus[] = [];

  before(async () => {
    database = await createRatingDatabase();
    ratings = database.createRatings();
  });
  afterEach(() => Promise.all(buses.splice(0).map((bus) => bus.stop())));
  after(() => database.drop());

  /** A bus on which the consumer runs; `receive` stands for api-service. What it has taken is in `received`. */
  async function connect(receive: ((events: RatingUpdated[]) => Promise<void>) | null = async () => {}) {
    const bus = createMemoryBus({ log: silent });
    const metrics = createMetrics('test');
    const received: RatingUpdated[] = [];
    bus.subscribe('rating-service.reviews', createRatingConsumer({ ratings, bus, metrics }));
    const handle: EventHandler = async (events) => {
      await receive?.(events as RatingUpdated[]);
      received.push(...(events as RatingUpdated[]));
    };
    if (receive) bus.subscribe('api-service.ratings', handle);
    await bus.start();
    buses.push(bus);
    return { bus, received, metrics };
  }

  it('publishes the rating that a review leads to', async () => {
    const { bus, received } = await connect();
    const { productId, ...rest } = review({ rating: 4 });
    await bus.publish([eventOf({ productId, ...rest })]);
    await bus.publish([eventOf(review({ productId, rating: 5 })), eventOf(review({ productId, rating: 5 }))]);
    expect(received).to.have.length(2);
    expect(received[1]).to.include({ source: '/rating-service', type: 'rating-updated', subject: productId });
    expect(received[1]!.data).to.deep.equal({
      productId,
      reviewCount: 3,
      ratingSum: 14,
      distribution: [0, 0, 0, 1, 2],
      averageRating: 4.67,
      version: 3,
      store: await ratings.currentStore(),
      changedAt: received[1]!.data.changedAt,
    });
  });

  it('tells with the rating of each product when the oldest change that led to it was made', async () => {
    const { bus, received } = await connect();
    const [one, other] = [review(), review()];
    const at = (data: ReturnType<typeof review>, time: string) => ({ ...eventOf(data), time });
    await bus.publish([
      at(one, '2026-11-21T05:13:37.000Z'),
      at(review({ productId: one.productId }), '2026-11-21T05:13:36+00:00'),
      at(review({ productId: one.productId }), '2026-11-21T06:13:38.000+01:00'),
      at(other, '2026-11-21T05:13:39.250Z'),
    ]);
    const told = received.map(({ subject, data }) => [subject, data.changedAt]);
    expect(Object.fromEntries(told)).to.deep.equal({
      [one.productId]: '2026-11-21T05:13:36.000Z',
      [other.productId]: '2026-11-21T05:13:39.250Z',
    });
  });

  it('publishes null and 0 when the last review is deleted', async () => {
    const { bus, received } = await connect();
    const created = review();
    await bus.publish([eventOf(created)]);
    await bus.publish([eventOf({ ...created, rating: null, version: 2 })]);
    expect(received.at(-1)!.data).to.include({
      reviewCount: 0,
      ratingSum: 0,
      averageRating: null,
      version: 2,
    });
  });

  it('publishes one event per product, however many reviews the batch holds', async () => {
    const { bus, received } = await connect();
    const { productId } = review();
    const events = Array.from({ length: 20 }, () => eventOf(review({ productId, rating: 3 })));
    await bus.publish(events);
    expect(received.map(({ data }) => data.reviewCount)).to.deep.equal([20]);
  });

  it('publishes the present rating again for a duplicate, as the same event', async () => {
    const { bus, received } = await connect();
    const event = eventOf(review());
    await bus.publish([event]);
    await bus.publish([event]);
    expect(received).to.have.length(2);
    expect(received[1]).to.deep.equal(received[0]);
  });

  it('acknowledges a review only after its rating was confirmed', async () => {
    const order: string[] = [];
    let confirm!: () => void;
    const confirmed = new Promise<void>((resolve) => (confirm = resolve));
    const { bus } = await connect(async () => {
      order.push('rating received');
      await confirmed;
      order.push('rating confirmed');
    });
    const published = bus.publish([eventOf(review())]).then((outcomes) => {
      order.push('review acknowledged');
      return outcomes;
    });
    await waitFor('the rating has arrived', () => order.includes('rating received'));
    confirm();
    expect(await published).to.deep.equal([{ status: 'confirmed' }]);
    expect(order).to.deep.equal(['rating received', 'rating confirmed', 'review acknowledged']);
  });

  it('has a review again whose rating was refused, and counts it once', async () => {
    let refusals = 1;
    const { bus, received } = await connect(async () => {
      if (refusals-- > 0) throw new TransientError('AWAY');
    });
    const event = eventOf(review({ rating: 2 }));
    const [first] = await bus.publish([event]);
    expect(first).to.have.property('status', 'refused');
    expect(received).to.deep.equal([]);
    expect(await bus.publish([event])).to.deep.equal([{ status: 'confirmed' }]);
    expect(received.map(({ data }) => data.distribution)).to.deep.equal([[0, 1, 0, 0, 0]]);
  });

  it('has a review again whose rating had no queue to go to', async () => {
    const event = eventOf(review());
    const tooEarly = await connect(null);
    const [outcome] = await tooEarly.bus.publish([event]);
    expect(outcome).to.deep.include({
      status: 'refused',
      reason: '1 of 1 ratings were not taken by the bus',
    });
    const { bus, received } = await connect();
    await bus.publish([event]);
    expect(received.map(({ data }) => data.reviewCount)).to.deep.equal([1]);
  });

  it('says which rating the bus did not take', async () => {
    const refused = { status: 'refused', reason: 'full' } as const;
    const consume = createRatingConsumer({
      ratings,
      bus: {
        publish: async ([, ...others]) => [refused, ...others.map(() => ({ status: 'confirmed' as const }))],
      },
      metrics: createMetrics('test'),
    });
    const error = await rejection(consume([eventOf(review()), eventOf(review())]));
    expect(error).to.be.instanceOf(TransientError).with.property('code', 'RATING_NOT_PUBLISHED');
    expect(error).to.have.property('detail', '1 of 2 ratings were not taken by the bus');
    expect(error).to.have.deep.property('facts', { outcome: refused });
  });

  it('publishes after a crash between commit and publish, and counts once', async () => {
    const event = eventOf(review({ rating: 1 }));
    const crashing = createRatingConsumer({
      ratings,
      bus: { publish: () => Promise.reject(new Error('killed')) },
      metrics: createMetrics('test'),
    });
    expect(await rejection(crashing([event]))).to.have.property('message', 'killed');
    expect((await ratings.find([event.data.productId]))[0]).to.deep.include({ histogram: [1, 0, 0, 0, 0] });

    const { bus, received } = await connect();
    await bus.publish([event]);
    expect(received.map(({ data }) => data.distribution)).to.deep.equal([[1, 0, 0, 0, 0]]);
  });

  it('parks a review that changes its product, and goes on with the others of its batch', async () => {
    const { bus, received } = await connect();
    const created = review();
    const other = review({ rating: 3 });
    await bus.publish([eventOf(created)]);
    const moved = { ...created, productId: review().productId, version: 2 };
    const outcomes = await bus.publish([eventOf(moved), eventOf(other)]);

    expect(outcomes.map(({ status }) => status)).to.deep.equal(['confirmed', 'confirmed']);
    expect(bus.parked().map(({ code }) => code)).to.deep.equal(['PRODUCT_CHANGED']);
    expect(received.at(-1)!.data).to.include({ productId: other.productId, averageRating: 3 });
    expect(await ratings.find([moved.productId])).to.deep.equal([]);
  });

  it('refuses an event that is not of a review', async () => {
    const consume = createRatingConsumer({
      ratings,
      bus: createMemoryBus({ log: silent }),
      metrics: createMetrics('test'),
    });
    const { productId } = review();
    const data = {
      productId,
      reviewCount: 0,
      ratingSum: 0,
      distribution: [0, 0, 0, 0, 0],
      averageRating: null,
      version: 1,
    } satisfies RatingUpdated['data'];
    const event = createEvent('rating-updated', { source: '/elsewhere', subject: productId, data });
    const error = await rejection(consume([event]));
    expect(error).to.include({
      code: 'UNEXPECTED_EVENT_TYPE',
      detail: 'rating-updated is no event of a review',
    });
    expect(error).to.be.instanceOf(PoisonMessageError).with.property('code', 'UNEXPECTED_EVENT_TYPE');
  });

  it('counts in its metrics what was newer and what was known', async () => {
    const { bus, metrics } = await connect();
    const event = eventOf(review());
    await bus.publish([event]);
    await bus.publish([event, eventOf(review())]);
    const values = (await metrics.getSingleMetric('ct_rating_reviews_total')!.get()).values;
    expect(values.map(({ labels, value }) => [labels.outcome, value])).to.deep.equal([
      ['newer', 2],
      ['known', 1],
      ['superseded', 0],
    ]);
  });
});
