import { expect } from 'chai';
import { createMetrics, PoisonMessageError, TransientError, type Logger } from 'ct-common-lib';
import { createEvent, type RatingData } from 'ct-common-lib/events';
import { createRatingConsumer } from '../src/ratings/rating.consumer.ts';
import { ratingByOne, ratingUpdated } from './support/ratings.ts';

const productId = '0197f3a0-0000-7000-8000-000000000001';
const data = ratingByOne(productId, 1, 4);
const rating = ratingUpdated(data);
const databaseError = (code: string) => Object.assign(new Error('it failed'), { code });

describe('the consumer of ratings', () => {
  let told: RatingData[][];
  let failures: Error[];
  let foreign: (string | null)[];
  let warnings: object[];
  let consume: ReturnType<typeof createRatingConsumer>;
  let metrics: ReturnType<typeof createMetrics>;

  beforeEach(() => {
    told = [];
    failures = [];
    foreign = [];
    warnings = [];
    metrics = createMetrics('test');
    const log = {
      error: (facts: object) => warnings.push(facts),
      info: () => {},
    } as Partial<Logger> as Logger;
    consume = createRatingConsumer({
      ratings: {
        async apply(ratings) {
          told.push(ratings);
          if (failures.length > 0) throw failures.shift()!;
          return foreign;
        },
        linkedStore: async () => null,
      },
      log,
      metrics,
    });
  });

  const failureOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('takes over all of a batch at once', async () => {
    await consume([rating, rating]);
    expect(told).to.deep.equal([[data, data]]);
    expect(warnings).to.deep.equal([]);
  });

  it('measures how long ago the oldest change was made, of ratings that it has taken over', async () => {
    const now = Date.now();
    const of = (secondsAgo: number, store?: string) =>
      ratingUpdated({ ...data, store, changedAt: new Date(now - secondsAgo * 1000).toISOString() });
    foreign = ['0a2f7f0e-8a35-4b8e-8f5e-0f4e5a9c7d42'];
    // The last is from a clock that goes before ours.
    await consume([rating, of(50), of(5_000, foreign[0]!), of(2), of(-3_600)]);
    const { values } = await metrics.getSingleMetric('ct_rating_delay_seconds')!.get();
    const count = (le: number | string) => values.find(({ labels }) => labels.le === le)?.value;
    expect([0.01, 1, 10, 30, 100, '+Inf'].map(count)).to.deep.equal([1, 1, 2, 2, 3, 3]);
  });

  it('does it again when the database has chosen it as a victim', async () => {
    failures = [databaseError('40P01')];
    await consume([rating]);
    expect(told).to.have.length(2);
  });

  for (const [what, code] of [
    ['is away', 'ECONNREFUSED'],
    ['is not there any more', '42P01'],
  ] as const) {
    it(`has ratings again while the database ${what}`, async () => {
      const failure = databaseError(code);
      failures = [failure];
      const error = await failureOf(consume([rating]));
      expect(error).to.be.instanceOf(TransientError).with.property('code', 'DATABASE_UNAVAILABLE');
      expect(error).to.include({ detail: 'The ratings could not be stored for now', cause: failure });
    });
  }

  it('passes on any other fault of the database', async () => {
    const failure = databaseError('22012');
    failures = [failure];
    expect(await failureOf(consume([rating]))).to.equal(failure);
  });

  it('takes nothing of a batch with an event that is no rating', async () => {
    const review = { reviewId: productId, productId, rating: 5, version: 1 };
    const event = createEvent('review-created', { source: '/api-service', subject: productId, data: review });
    const error = await failureOf(consume([rating, event]));
    expect(error).to.be.instanceOf(PoisonMessageError).with.property('code', 'UNEXPECTED_TYPE');
    expect(error).to.have.property('detail', 'Not a rating: review-created');
    expect(told).to.deep.equal([]);
  });

  it('counts what another rating database tells, and says so once a minute', async () => {
    await consume([rating]);
    foreign = ['other', 'other'];
    const now = Date.now;
    try {
      await consume([rating, rating]);
      await consume([rating, rating]);
      expect(warnings).to.deep.equal([{ ratings: 2, store: 'other' }]);
      Date.now = () => now() + 60_000;
      await consume([rating, rating]);
      expect(warnings).to.have.length(2);
      foreign = [];
      Date.now = () => now() + 120_000;
      await consume([rating]);
      expect(warnings).to.have.length(2);
    } finally {
      Date.now = now;
    }
    const { values } = await metrics.getSingleMetric('ct_ratings_refused_total')!.get();
    expect(values[0]?.value).to.equal(6);
  });
});
