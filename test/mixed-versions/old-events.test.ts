import { expect } from 'chai';
import { createMemoryBus, type MemoryBus, type QueueName } from 'ct-common-lib/bus';
import type { Event } from 'ct-common-lib/events';
import { silent, startApi, type Api } from '../../api-service/test/support/api.ts';
import type { Rating } from '../../api-service/test/support/http-client.ts';
import { query } from '../support/deployment.ts';
import { startRating, type RatingService } from './rating-service.ts';
import { isRating, parse, productId, publishedBy010, readBy010, type Published } from './release-0.1.0.ts';

const reviews = 'rating-service.reviews';
const ratings = 'api-service.ratings';
const otherStore = '0a2f7f0e-8a35-4b8e-8f5e-0f4e5a9c7d42';

/** Puts them into the queue all at once, as a service finds them after a while without it. */
async function deliverAll(bus: MemoryBus, queue: QueueName, messages: (Published | Buffer)[]) {
  const bytes = messages.map((message) =>
    Buffer.isBuffer(message) ? message : Buffer.from(JSON.stringify(message)),
  );
  const outcomes = await Promise.all(bytes.map((content) => bus.deliver(queue, content)));
  for (const outcome of outcomes) expect(outcome).to.deep.equal({ status: 'confirmed' });
}

type Change = (event: Published, store: string) => Published;
const withStore = (event: Published, store: string | null) => ({ ...event, data: { ...event.data, store } });

/** Everything that a release may do to the events of 0.1.0, and what the next one already does. */
const variants: Record<string, Change> = {
  'as 0.1.0 publishes them': (event) => event,
  'with attributes and fields that nobody knows': ({ data, ...event }) => ({
    ...event,
    dataschema: 'https://example.org/schema',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    partitionkey: null,
    data: { ...data, language: 'de', votes: { up: 3, down: 0 }, rank: 1e3 },
  }),
  'without the attribute that may be missing': ({ datacontenttype: _, ...event }) => event,
  'with a rating database that is none': (event) => withStore(event, null),
  'with the rating database': (event, store) => withStore(event, store),
};

describe('events of 0.1.0 at today’s services', () => {
  let published: Published[];
  let raw: Buffer[];
  before(async () => {
    raw = await publishedBy010();
    published = raw.map(parse);
  });

  it('are of every type and shape', () => {
    const shapes = published.map(
      ({ type, data }) =>
        `${type} ${(isRating({ type }) ? data.averageRating : data.rating) === null ? 'null' : 'number'}`,
    );
    expect([...new Set(shapes)].sort()).to.deep.equal([
      'rating-updated null',
      'rating-updated number',
      'review-created null',
      'review-created number',
      'review-deleted null',
      'review-updated null',
      'review-updated number',
    ]);
    for (const event of published) expect(readBy010.parse(event)).to.deep.equal(event);
  });

  describe('at rating-service', () => {
    let bus: MemoryBus;
    let rating: RatingService;
    let store: string;
    let told: Event[];
    beforeEach(async () => {
      bus = createMemoryBus({ log: silent });
      told = [];
      bus.subscribe(ratings, async (events) => void told.push(...events));
      rating = await startRating(bus);
      await bus.start();
      const [row] = await query<{ id: string }>(rating.databaseUrl, 'SELECT id FROM rating_store');
      store = row!.id;
    });
    afterEach(async () => {
      await bus.stop();
      await rating.stop();
    });

    const ratingAt = (version: number) =>
      published.find((event) => isRating(event) && event.data.version === version)!;
    const lastTold = () =>
      told
        .filter(isRating)
        .reduce((a, b) =>
          (b.data as { version: number }).version > (a.data as { version: number }).version ? b : a,
        );

    for (const [title, change] of Object.entries(variants)) {
      it(`give the ratings that 0.1.0 gave, one by one: ${title}`, async () => {
        for (const [index, event] of published.entries()) {
          if (isRating(event)) continue;
          await deliverAll(bus, reviews, [change(event, store)]);
          expect(readBy010.parse(told.at(-1)).data).to.deep.equal(published[index + 1]!.data);
        }
        expect(bus.parked()).to.deep.equal([]);
      });

      it(`give the last rating in whatever order they come: ${title}`, async () => {
        const events = published.filter((event) => !isRating(event)).reverse();
        await deliverAll(
          bus,
          reviews,
          events.map((event) => change(event, store)),
        );
        expect(readBy010.parse(lastTold()).data).to.deep.equal(ratingAt(6).data);
        expect(bus.parked()).to.deep.equal([]);
      });
    }

    it('are read from the very bytes', async () => {
      await deliverAll(
        bus,
        reviews,
        raw.filter((bytes) => !isRating(parse(bytes))),
      );
      expect(readBy010.parse(lastTold()).data).to.deep.equal(ratingAt(6).data);
    });

    it('of another major version are parked, and those behind them go on', async () => {
      const [first, second] = published.filter(({ type }) => type === 'review-created');
      const unknown = [
        { ...first!, specversion: '2.0' },
        { ...first!, type: 'review-created.v2' },
        { ...first!, type: 'review-created.v2', data: { review: { stars: 5 } } },
      ];
      await deliverAll(bus, reviews, [...unknown, first!, unknown[0]!, second!]);
      expect(bus.parked().map(({ code, attempts }) => ({ code, attempts }))).to.deep.equal(
        ['NOT_A_CLOUDEVENT', 'UNKNOWN_EVENT_TYPE', 'UNKNOWN_EVENT_TYPE', 'NOT_A_CLOUDEVENT'].map((code) => ({
          code,
          attempts: 0,
        })),
      );
      expect(readBy010.parse(lastTold()).data).to.deep.equal(ratingAt(2).data);
    });
  });

  describe('at api-service', () => {
    let bus: MemoryBus;
    let api: Api;
    beforeEach(async () => {
      bus = createMemoryBus({ log: silent });
      api = await startApi({ bus });
      await bus.start();
      await query(api.databaseUrl, `INSERT INTO products (id, sku, name) VALUES ($1, 'mug-red', 'Red mug')`, [
        productId,
      ]);
    });
    afterEach(async () => {
      await bus.stop();
      await api.stop();
    });

    const servedRating = async () => (await api.get<Rating>(`/api/products/${productId}/rating`)).body;
    /** What the API says after this event. */
    const servedAfter = ({ data }: Published) => {
      const [n1, n2, n3, n4, n5] = data.distribution as number[];
      return {
        reviewCount: data.reviewCount,
        averageRating: data.averageRating,
        ratingDistribution: { 1: n1, 2: n2, 3: n3, 4: n4, 5: n5 },
        version: data.version,
      };
    };

    for (const [title, change] of Object.entries(variants)) {
      it(`are served, one by one and without a step back: ${title}`, async () => {
        const told = published.filter(isRating).map((event) => change(event, otherStore));
        for (const event of told) {
          await deliverAll(bus, ratings, [event]);
          expect(await servedRating()).to.deep.include(servedAfter(event));
        }
        await deliverAll(bus, ratings, told);
        expect(await servedRating()).to.deep.include(servedAfter(told.at(-1)!));
        expect(bus.parked()).to.deep.equal([]);
      });
    }

    it('are taken over after such as name their rating database, and such after them', async () => {
      const told = published.filter(isRating);
      for (const [n, event] of told.entries()) {
        await deliverAll(bus, ratings, [n % 2 === 0 ? withStore(event, otherStore) : event]);
        expect(await servedRating()).to.deep.include(servedAfter(event));
      }
    });

    it('of another major version are parked, and those behind them go on', async () => {
      const [first, second] = published.filter(isRating);
      await deliverAll(bus, ratings, [
        { ...first!, specversion: '2.0' },
        { ...first!, type: 'rating-updated.v2' },
        first!,
        { ...second!, specversion: '1.1' },
        second!,
      ]);
      expect(bus.parked().map(({ code }) => code)).to.deep.equal([
        'NOT_A_CLOUDEVENT',
        'UNKNOWN_EVENT_TYPE',
        'NOT_A_CLOUDEVENT',
      ]);
      expect(await servedRating()).to.deep.include(servedAfter(second!));
    });
  });
});
