import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { RatingData } from 'ct-common-lib/events';
import { createSequelize, runMigrations } from 'ct-common-lib/postgres';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { migrations } from '../src/db/migrations/index.ts';
import { createRatingRepository } from '../src/ratings/rating.repository.ts';
import { silent } from './support/api.ts';
import { ratingByOne } from './support/ratings.ts';

describe('the ratings in the products table', () => {
  let database: TestDatabase;
  let instances: Sequelize[];
  let sequelize: Sequelize;
  let one: ReturnType<typeof createRatingRepository>;
  let other: typeof one;

  before(async () => {
    database = await createTestDatabase({ name: 'ratings' });
    await runMigrations({ url: database.url, migrations, log: silent });
    instances = [1, 2].map(() => createSequelize(database.url, { log: silent, applicationName: 'test' }));
    sequelize = instances[0]!;
    [one, other] = instances.map(createRatingRepository) as [typeof one, typeof one];
  });
  after(async () => {
    await Promise.all(instances.map((instance) => instance.close()));
    await database.drop();
  });
  afterEach(() => query('UPDATE rating_link SET store = NULL'));

  const query = <T extends object>(sql: string, bind: unknown[] = [], transaction?: Transaction) =>
    sequelize.query<T>(sql, { bind, type: QueryTypes.SELECT, transaction: transaction ?? null });

  /** New products, in the order of their ids, rated with 3 stars at version 5, an hour ago. */
  async function createProducts(count: number): Promise<string[]> {
    const rows = await query<{ id: string }>(
      `INSERT INTO products (sku, name, review_count, distribution, average_rating, rating_version, rating_updated_at)
       SELECT gen_random_uuid(), 'shoes', 1, '{0,0,1,0,0}', 3, 5, now() - interval '1 hour' FROM generate_series(1, $1)
       RETURNING id`,
      [count],
    );
    return rows.map(({ id }) => id).toSorted();
  }

  async function productOf(id: string) {
    const [row] = await query<{ age: string; review_count: string }>(
      `SELECT review_count, distribution, average_rating, rating_version, extract(epoch FROM now() - rating_updated_at) AS age
         FROM products WHERE id = $1`,
      [id],
    );
    const { age, ...product } = row!;
    return { ...product, isNew: Number(age) < 1_800 };
  }
  const untouched = {
    review_count: '1',
    distribution: ['0', '0', '1', '0', '0'],
    average_rating: '3.00',
    rating_version: '5',
    isNew: false,
  };

  const linked = async () =>
    (await query<{ store: string | null }>('SELECT store FROM rating_link'))[0]!.store;

  /** Starts what needs a row that a transaction holds, which ends once all of it waits. Gives what comes of it. */
  async function whileHeld(hold: string, bind: unknown[], start: () => Promise<unknown>[]) {
    const started = await sequelize.transaction(async (transaction) => {
      await query(hold, bind, transaction);
      const all = start();
      await waitFor('all wait', async () => {
        const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return (await query(waiting)).length === all.length;
      });
      return all;
    });
    return Promise.all(started);
  }

  it('are taken over with all of their figures and the time, into that product alone', async () => {
    const [rated, beside] = (await createProducts(2)) as [string, string];
    const distribution: RatingData['distribution'] = [1, 2, 3, 4, 5];
    const rating = { reviewCount: 15, ratingSum: 55, distribution, averageRating: 3.67, version: 6 };
    await one.apply([{ productId: rated, ...rating }]);
    expect(await productOf(rated)).to.deep.equal({
      review_count: '15',
      distribution: ['1', '2', '3', '4', '5'],
      average_rating: '3.67',
      rating_version: '6',
      isNew: true,
    });
    expect(await productOf(beside)).to.deep.equal(untouched);
  });

  it('stay as they are for a version that is not higher', async () => {
    const [id] = (await createProducts(1)) as [string];
    for (const version of [4, 5]) await one.apply([ratingByOne(id, version, 1)]);
    expect(await productOf(id)).to.deep.equal(untouched);
  });

  it('are those of the higher version, whichever of two instances comes first', async () => {
    for (const versions of [
      [6, 7],
      [7, 6],
    ] as const) {
      const [id] = (await createProducts(1)) as [string];
      await whileHeld('SELECT FROM products WHERE id = $1 FOR UPDATE', [id], () => [
        one.apply([ratingByOne(id, versions[0], versions[0] - 5)]),
        other.apply([ratingByOne(id, versions[1], versions[1] - 5)]),
      ]);
      expect(await productOf(id)).to.include({ rating_version: '7', average_rating: '2.00' });
    }
  });

  it('are never a deadlock between two instances that tell of the same products', async () => {
    const ids = await createProducts(3);
    const ratings = ids.map((id) => ratingByOne(id, 6, 4));
    await whileHeld('SELECT FROM products WHERE id = $1 FOR UPDATE', [ids[1]], () => [
      one.apply(ratings),
      other.apply(ratings.toReversed()),
    ]);
    for (const id of ids) expect(await productOf(id)).to.include({ rating_version: '6' });
  });

  it('are refused from any rating database but the linked one, and taken from one that tells no name', async () => {
    const [id] = (await createProducts(1)) as [string];
    const [ours, foreign] = [randomUUID(), randomUUID()];
    expect(await one.apply([{ ...ratingByOne(id, 6, 1), store: ours }])).to.deep.equal([]);
    expect(await linked()).to.equal(ours);
    const refused = await one.apply([
      { ...ratingByOne(id, 9, 5), store: foreign },
      ratingByOne(id, 7, 2),
      { ...ratingByOne(id, 8, 3), store: null },
    ]);
    expect(refused).to.deep.equal([foreign]);
    expect(await productOf(id)).to.include({ rating_version: '8', average_rating: '3.00' });
    expect(await linked()).to.equal(ours);
  });

  it('link one of two rating databases that are heard of at once', async () => {
    const [id] = (await createProducts(1)) as [string];
    const stores = [randomUUID(), randomUUID()];
    const refused = await whileHeld('SELECT FROM rating_link FOR UPDATE', [], () => [
      one.apply([{ ...ratingByOne(id, 6, 1), store: stores[0] }]),
      other.apply([{ ...ratingByOne(id, 6, 1), store: stores[1] }]),
    ]);
    const winner = await linked();
    expect(stores).to.include(winner);
    expect(refused.flat()).to.deep.equal(stores.filter((store) => store !== winner));
  });
});
