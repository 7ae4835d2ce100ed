import { expect } from 'chai';
import pg, { type Client } from 'pg';
import { Sequelize } from 'sequelize';
import { v7 as uuidv7 } from 'uuid';
import { createMetrics } from 'ct-common-lib';
import type { RatingData } from 'ct-common-lib/events';
import { createRelay, type OutboxRow } from 'ct-common-lib/outbox';
import { runMigrations } from 'ct-common-lib/postgres';
import { createTestDatabase, type TestDatabase } from 'ct-common-lib/testing';
import { migrations } from '../src/db/migrations/index.ts';
import { createProductRepository } from '../src/products/product.repository.ts';
import { productQuerySchema, productSorts } from '../src/products/product.schema.ts';
import { createRatingRepository } from '../src/ratings/rating.repository.ts';
import { createReviewRepository } from '../src/reviews/review.repository.ts';
import { reviewQuerySchema, reviewSorts } from '../src/reviews/review.schema.ts';
import { connect, silent } from './support/api.ts';
import { generateShop } from './support/generate-shop.ts';

interface Statement {
  text: string;
  values: unknown[];
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Plan[];
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

describe('with 100,000 products and 100,000 reviews no statement scans a table', function () {
  let database: TestDatabase;
  let db: Client;
  let sequelize: Sequelize;
  let sent: Statement[] = [];
  let popular: string;
  let middling: string;

  before(async () => {
    database = await createTestDatabase({ name: 'plans' });
    await runMigrations({ url: database.url, migrations, log: silent });
    db = await connect(database.url);
    ({ popular, middling } = await generateShop(db));
    sequelize = connectRecording(database.url);
  });
  after(async () => {
    await sequelize.close();
    await db.end();
    await database.drop();
  });
  beforeEach(() => {
    sent = [];
  });

  /** Sequelize on a pg that takes down what is sent. */
  function connectRecording(url: string): Sequelize {
    class Recorder extends pg.Client {
      override query(...args: unknown[]): never {
        const [text, values] = args as [string | Statement, unknown[] | undefined];
        if (typeof text === 'string') sent.push({ text, values: Array.isArray(values) ? values : [] });
        return super.query(...(args as [string])) as never;
      }
    }
    return new Sequelize(url, {
      dialect: 'postgres',
      logging: false,
      dialectModule: { ...pg, Client: Recorder },
    });
  }

  /** The statements on our own tables among those sent. */
  const ours = () => sent.filter(({ text }) => /\b(products|reviews|outbox|cache_invalidation)\b/.test(text));

  async function expectIndexed(statements: Statement[]) {
    expect(statements).to.not.be.empty;
    for (const { text, values } of statements) {
      const { rows } = await db.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `EXPLAIN (FORMAT JSON) ${text}`,
        values,
      );
      const plan = rows[0]!['QUERY PLAN'][0].Plan;
      const scanned = nodes(plan).filter(
        // The link is one row for good.
        (node) => node['Node Type'].includes('Seq Scan') && node['Relation Name'] !== 'rating_link',
      );
      expect(scanned, `${text}\n${JSON.stringify(plan, null, 1)}`).to.deep.equal([]);
    }
  }

  /** The statements of page 1 and of a page in the middle, at a real cursor. */
  async function expectPagesIndexed(list: (cursor?: string) => Promise<{ nextCursor: string | null }>) {
    let { nextCursor } = await list();
    for (let page = 2; nextCursor !== null && page <= 3; page++) ({ nextCursor } = await list(nextCursor));
    await expectIndexed(ours());
  }

  describe('for the list of products', () => {
    const filters: Record<string, string>[] = [
      { q: 'coffee' },
      { q: 'grind steel' },
      { q: 'p' },
      { brand: 'Brand 7' },
      { minRating: '4.5' },
      { minRating: '1' },
    ];
    const combinations = [
      {},
      ...filters,
      { q: 'coffee', brand: 'Brand 7' },
      { q: 'coffee', minRating: '4' },
      { brand: 'Brand 7', minRating: '4' },
      { q: 'coffee', brand: 'Brand 7', minRating: '4' },
    ];
    for (const sort of productSorts) {
      for (const filter of combinations) {
        const shown = Object.entries(filter)
          .map(([name, value]) => `${name}=${value}`)
          .join('&');
        it(`by ${sort} ${shown}`.trimEnd(), async () => {
          const products = createProductRepository(sequelize);
          await expectPagesIndexed((cursor) =>
            products.listIds(productQuerySchema.parse({ sort, ...filter, cursor })),
          );
        });
      }
    }
  });

  describe('for the list of reviews', () => {
    for (const sort of reviewSorts) {
      for (const rating of [undefined, '5', '1', '2,4']) {
        it(`by ${sort}${rating ? `, ${rating} stars` : ''}, of a product with 50,000, 500 or none`, async () => {
          const reviews = createReviewRepository(sequelize);
          for (const productId of [popular, middling, uuidv7()])
            await expectPagesIndexed((cursor) =>
              reviews.listIds(productId, reviewQuerySchema.parse({ sort, rating, cursor })),
            );
        });
      }
    }
  });

  it('to find products and reviews by id, one or 100', async () => {
    const { rows } = await db.query<{ id: string }>('SELECT id FROM products LIMIT 100');
    const ids = rows.map(({ id }) => id);
    const products = createProductRepository(sequelize);
    const reviews = createReviewRepository(sequelize);
    await products.find(popular);
    await products.findMany(ids);
    await products.findRating(popular);
    await products.findRatings(ids);
    await reviews.find(popular);
    await reviews.findMany(ids);
    expect(ours()).to.have.length(6);
    await expectIndexed(ours());
  });

  it('to change and delete by id', async () => {
    const products = createProductRepository(sequelize);
    const reviews = createReviewRepository(sequelize);
    await products.update(uuidv7(), { name: 'New' });
    await products.remove(uuidv7());
    await reviews.update(uuidv7(), { rating: 5 });
    await reviews.remove(uuidv7());
    for await (const _ of reviews.idPagesOf(middling));
    await expectIndexed(ours());
  });

  it('to take over ratings, one or 500', async () => {
    const { rows } = await db.query<{ id: string }>('SELECT id FROM products LIMIT 500');
    const rating = (productId: string): RatingData => ({
      productId,
      reviewCount: 1,
      ratingSum: 5,
      distribution: [0, 0, 0, 0, 1],
      averageRating: 5,
      version: 1,
    });
    const ratings = createRatingRepository(sequelize);
    await ratings.apply(rows.slice(0, 1).map(({ id }) => rating(id)));
    await ratings.apply(rows.map(({ id }) => rating(id)));
    await expectIndexed(ours());
  });

  for (const table of ['outbox', 'cache_invalidation']) {
    it(`to relay 100,000 rows of ${table}`, async () => {
      let delivered = () => {};
      const first = new Promise<void>((resolve) => (delivered = resolve));
      const relay = createRelay<OutboxRow>({
        sequelize,
        table,
        log: silent,
        metrics: createMetrics('test'),
        batchSize: 10,
        deliver: async (rows) => {
          delivered();
          return rows.map((_, n) =>
            n % 2 ? { status: 'postponed', reason: 'test' } : { status: 'delivered' },
          );
        },
      });
      relay.start();
      await first;
      await relay.stop();
      // In vain, as nothing relays any more: it is for its statements.
      await relay.drained({ timeoutMs: 0 }).catch(() => {});
      const kinds = new Set(ours().map(({ text }) => text.trim().split(' ')[0]));
      expect([...kinds]).to.include.members(['SELECT', 'DELETE', 'UPDATE']);
      await expectIndexed(ours());
    });
  }
});
