import { expect } from 'chai';
import { Redis } from 'ioredis';
import { describeWithRabbit, describeWithRedis, waitFor } from 'ct-common-lib/testing';
import type { Product, Review } from '../../api-service/test/support/http-client.ts';
import type { Failpoint } from '../faults/failpoint.ts';
import { createDeployment, query, type BackingServices, type Deployment } from '../support/deployment.ts';
import { createEventTap, type EventTap } from '../support/event-tap.ts';
import type { Program } from '../support/program.ts';
import type { Service } from '../support/service.ts';

const killsInARow = 25;

describe('a system whose services are killed at the worst moments', function () {
  this.timeout(300_000);

  describeWithRedis('with Redis', (redisUrl) => {
    describeWithRabbit('and RabbitMQ', (rabbitUrl) => kills({ redisUrl, rabbitUrl }));
  });
});

function kills(backing: BackingServices) {
  let deployment: Deployment | undefined;
  let tap: EventTap | undefined;
  let api: Service;
  let rating: Service;

  before(async () => {
    deployment = await createDeployment(backing);
    tap = await createEventTap(backing.rabbitUrl, deployment.prefix);
    [api, rating] = await Promise.all([startApi(), startRating()]);
  });
  after(async () => {
    await tap?.close();
    await deployment?.remove();
  });

  const startApi = () => deployment!.startApi({}, { failpoints: true });
  const startRating = () => deployment!.startRating({}, { failpoints: true });
  const rows = <Row extends object>(sql: string, ...values: unknown[]) =>
    query<Row>(deployment!.databaseUrl, sql, values);
  const isEmpty = (table: string) =>
    waitFor(`${table} is empty`, async () => expect(await rows(`SELECT * FROM ${table}`)).to.deep.equal([]));
  const eventsOf = (productId: string, type: string) =>
    tap!.events.filter((event) => event.type === type && event.data.productId === productId);

  async function stop({ program }: Service) {
    program.signal('SIGTERM');
    expect(await program.ended).to.equal(0);
  }

  async function isKilledAt(failpoint: Failpoint, program: Program) {
    expect(await program.ended).to.equal(null);
    expect(program.said.stderr).to.equal(`failpoint ${failpoint}\n`);
  }

  /** Writes while the process dies of it: what was answered, if anything, does not matter. */
  async function writeAndDie(failpoint: Failpoint, { program }: Service, write: () => Promise<unknown>) {
    await program.arm(failpoint);
    await write().catch(() => undefined);
    await isKilledAt(failpoint, program);
  }

  const waitForRating = (productId: string, averageRating: number, reviewCount: number) =>
    waitFor('the right rating', async () =>
      expect(await api.product(productId)).to.deep.include({ averageRating, reviewCount }),
    );

  /** What the cache checks its entries by: a bump replaces it. */
  async function tokens(): Promise<string[]> {
    const redis = new Redis(backing.redisUrl);
    try {
      const keys = await redis.keys(`${deployment!.prefix}*:g:*`);
      return Promise.all(keys.sort().map(async (key) => `${key} ${await redis.get(key)}`));
    } finally {
      redis.disconnect();
    }
  }

  it('a review survives a kill between commit and bump, and shows on the other instance', async () => {
    await stop(rating);
    const { id } = await api.createProduct();
    const path = `/api/products/${id}/reviews`;
    await isEmpty('cache_invalidation');
    expect((await api.page<Review>(path)).data).to.deep.equal([]);
    const before = await tokens();
    await writeAndDie('after-commit-before-bump', api, () => api.createReview(id));
    expect(await rows('SELECT FROM reviews WHERE product_id = $1', id), 'committed').to.have.length(1);
    expect(await rows('SELECT FROM cache_invalidation'), 'bumps owed').to.not.deep.equal([]);
    expect(await tokens(), 'not bumped')
      .to.deep.equal(before)
      .and.to.not.deep.equal([]);
    [api, rating] = await Promise.all([startApi(), startRating()]);
    await waitFor('the review', async () => (await api.page<Review>(path)).data.length === 1);
    await waitForRating(id, 5, 1);
  });

  it('an edit does so, while another instance has the review in its cache', async () => {
    const other = await startApi();
    const { id } = await api.createProduct();
    const review = await api.createReview(id, { rating: 5 });
    await waitForRating(id, 5, 1);
    await isEmpty('cache_invalidation');
    expect(await other.review(review.id)).to.deep.equal(review);
    await writeAndDie('after-commit-before-bump', api, () =>
      api.patch(`/api/reviews/${review.id}`, { rating: 1 }),
    );
    await waitFor('the edit', async () => (await other.review(review.id)).rating === 1);
    api = other;
    await waitForRating(id, 1, 1);
  });

  for (const [when, failpoint] of [
    ['publish and confirm', 'after-publish-before-confirm'],
    ['confirm and delete', 'after-confirm-before-delete'],
  ] as const) {
    it(`an event is published again after a kill between ${when}`, async () => {
      const { id } = await api.createProduct();
      await writeAndDie(failpoint, api, () => api.post('/api/reviews', { productId: id, rating: 4 }));
      await waitFor('the event', () => eventsOf(id, 'review-created').length === 1);
      const kept = await rows<{ event_id: string }>('SELECT event_id FROM outbox WHERE subject = $1', id);
      api = await startApi();
      await waitFor('the event again', () => eventsOf(id, 'review-created').length === 2);
      await isEmpty('outbox');
      const eventIds = eventsOf(id, 'review-created').map((event) => event.id);
      expect(eventIds).to.deep.equal([kept[0]?.event_id, kept[0]?.event_id]);
      await waitForRating(id, 4, 1);
    });
  }

  for (const [when, failpoint] of [
    ['the publishing of the rating and its confirm', 'after-publish-before-confirm'],
    ['the commit of the rating and the acknowledgement', 'after-rating-commit-before-ack'],
  ] as const) {
    it(`a rating is right after a kill between ${when}`, async () => {
      const { id } = await api.createProduct();
      await api.createReview(id, { rating: 2 });
      await waitForRating(id, 2, 1);
      await writeAndDie(failpoint, rating, () => api.createReview(id, { rating: 4 }));
      const kept = await query<{ n2: string; n4: string }>(
        deployment!.ratingDatabaseUrl,
        'SELECT n2, n4 FROM product_rating WHERE product_id = $1',
        [id],
      );
      expect(kept, 'committed').to.deep.equal([{ n2: '1', n4: '1' }]);
      await waitFor('the broker to have the event back', async () => (await waiting()) === 1);
      rating = await startRating();
      await waitFor('the rating again', () => eventsOf(id, 'rating-updated').length >= 3);
      await waitForRating(id, 3, 2);
      await waitFor('the acknowledgement', async () => (await waiting()) === 0);
    });
  }

  const waiting = async () => (await deployment!.countMessages())['rating-service.reviews'];

  it(`${killsInARow} kills in a row against one message park nothing`, async function () {
    // As many starts from source one after the other: 40 s alone, and several times that beside other tests.
    this.timeout(900_000);
    await stop(rating);
    const { id } = await api.createProduct();
    await api.createReview(id, { rating: 3 });
    for (let kill = 1; kill <= killsInARow; kill++) {
      const program = deployment!.runRating({ failpoints: true });
      // It hears of it long before it has connected to the broker.
      await program.arm('after-rating-commit-before-ack');
      await isKilledAt('after-rating-commit-before-ack', program);
    }
    rating = await startRating();
    await waitFor('the acknowledgement', async () => (await redelivered()) > 0 && (await waiting()) === 0);
    await waitForRating(id, 3, 1);
    expect((await api.get<Product>(`/api/products/${id}`)).body.ratingDistribution).to.deep.equal({
      1: 0,
      2: 0,
      3: 1,
      4: 0,
      5: 0,
    });
    await stop(rating);
    expect(await deployment!.countMessages()).to.deep.include({
      'rating-service.reviews': 0,
      'rating-service.reviews.parked': 0,
    });
  });

  const redelivered = () => rating.counter('ct_bus_redelivered_total');
}
