import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Client } from 'pg';
import { createMemoryBus, type MemoryBus } from 'ct-common-lib/bus';
import type { RatingData, ReviewEvent } from 'ct-common-lib/events';
import { waitFor } from 'ct-common-lib/testing';
import { connect, silent, startApi, type Api } from './support/api.ts';
import { ratingByOne, ratingUpdated } from './support/ratings.ts';

describe('the link to a rating database', () => {
  let bus: MemoryBus;
  let api: Api;
  let db: Client;
  const heard: ReviewEvent[] = [];

  beforeEach(async () => {
    heard.length = 0;
    bus = createMemoryBus({ log: silent });
    bus.subscribe('rating-service.reviews', async (events) => {
      heard.push(...(events as ReviewEvent[]));
    });
    api = await startApi({ bus });
    await bus.start();
    db = await connect(api.databaseUrl);
  });
  afterEach(async () => {
    await db.end();
    await bus.stop();
    await api.stop();
  });

  const tell = (...ratings: RatingData[]) => bus.publish(ratings.map(ratingUpdated));
  const linkTo = (store: string) => db.query('UPDATE rating_link SET store = $1', [store]);
  const linked = async () =>
    (await db.query<{ store: string | null }>('SELECT store FROM rating_link')).rows[0]!.store;
  const average = async (id: string) => (await api.product(id)).averageRating;

  /** The data of the event of a new review. */
  async function announced() {
    const { id: productId } = await api.createProduct();
    const { id } = await api.createReview(productId);
    return waitFor('its event', () => heard.find(({ data }) => data.reviewId === id)?.data);
  }

  /** As a restore from a dump leaves it: the same rows in a table made anew. */
  async function restoreReviews() {
    await db.query(`UPDATE rating_link SET reviews = $1`, ['another table']);
  }

  it('is made to the first that tells a rating', async () => {
    const { id } = await api.createProduct();
    const [first, second] = [randomUUID(), randomUUID()];
    expect(await linked()).to.equal(null);
    await tell({ ...ratingByOne(id, 1, 4), store: first });
    expect(await average(id)).to.equal(4);
    expect(await linked()).to.equal(first);
    await tell({ ...ratingByOne(id, 9, 1), store: second });
    expect(await average(id)).to.equal(4);
    expect(await linked()).to.equal(first);
  });

  it('lets in the ratings of that one, and those of a release that did not tell', async () => {
    const { id } = await api.createProduct();
    const store = randomUUID();
    await tell(ratingByOne(id, 1, 2));
    expect(await average(id)).to.equal(2);
    await linkTo(store);
    await tell({ ...ratingByOne(id, 2, 3), store });
    expect(await average(id)).to.equal(3);
    await tell(ratingByOne(id, 3, 4));
    expect(await average(id)).to.equal(4);
  });

  it('lets in the highest version of a batch, and none of another rating database beside it', async () => {
    const { id } = await api.createProduct();
    const store = randomUUID();
    await linkTo(store);
    await tell(
      { ...ratingByOne(id, 1, 1), store },
      { ...ratingByOne(id, 9, 5), store: randomUUID() },
      { ...ratingByOne(id, 3, 3), store },
      { ...ratingByOne(id, 2, 2), store },
    );
    expect(await average(id)).to.equal(3);
  });

  it('tells how many ratings it has kept out', async () => {
    const { id } = await api.createProduct();
    await linkTo(randomUUID());
    await tell({ ...ratingByOne(id, 1, 5), store: randomUUID() });
    const { body } = await api.get<string>('/metrics');
    expect(body).to.match(/^ct_ratings_refused_total\{[^}]*\} 1$/m);
    expect(await average(id)).to.equal(null);
  });

  it('is named in the events of reviews, as it is when they are published', async () => {
    expect(await announced()).to.not.have.property('store');
    const [first, second] = [randomUUID(), randomUUID()];
    await linkTo(first);
    expect(await announced()).to.include({ store: first });
    await linkTo(second);
    expect(await announced()).to.include({ store: second });
  });

  it('does not hold once the reviews were restored from a dump', async () => {
    const { id } = await api.createProduct();
    const store = randomUUID();
    for (const link of [null, store]) {
      await db.query(`UPDATE rating_link SET store = $1, reviews = reviews_identity()`, [link]);
      await restoreReviews();
      await tell({ ...ratingByOne(id, 5, 5), store }, { ...ratingByOne(id, 6, 5) });
      expect(await average(id)).to.equal(null);
      expect((await announced()).store).to.match(/^00000000-0000-0000-0000-[0-9a-f]{12}$/);
    }
    expect(await linked()).to.equal(store);
  });

  it('is switched only when the ratings that are being taken over are, and for all that come later', async () => {
    const { id } = await api.createProduct();
    const [before, after] = [randomUUID(), randomUUID()];
    await linkTo(before);
    const rebuild = await connect(api.databaseUrl);
    try {
      await rebuild.query('BEGIN');
      await rebuild.query('UPDATE rating_link SET store = $1', [after]);
      const told = tell({ ...ratingByOne(id, 5, 5), store: before });
      await waitFor('the rating waits for the link', async () => {
        const { rows } = await db.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        );
        return rows.length > 0;
      });
      await rebuild.query('COMMIT');
      await told;
    } finally {
      await rebuild.end();
    }
    expect(await average(id)).to.equal(null);
  });
});
