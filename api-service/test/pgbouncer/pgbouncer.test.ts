import { expect } from 'chai';
import { loadConfig } from 'ct-common-lib';
import { createMemoryBus } from 'ct-common-lib/bus';
import { runMigrations } from 'ct-common-lib/postgres';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import { compose as composeRatingService } from '../../../rating-service/src/compose.ts';
import { configSchema } from '../../../rating-service/src/config.ts';
import { migrations } from '../../src/db/migrations/index.ts';
import { connect, silent, startApi, type Api } from '../support/api.ts';
import { newReview, type Product } from '../support/http-client.ts';
import { newAdmin } from '../support/tokens.ts';
import { setLimits, startPgBouncer, type PgBouncer } from '../../../test/support/pgbouncer.ts';
import { describeWithPrograms } from '../../../test/support/programs.ts';

const title = 'behind a PgBouncer in transaction mode';
describeWithPrograms(title, { pgbouncer: 'pgbouncer' }, ({ pgbouncer: program }) => {
  let bouncer: PgBouncer;
  const databases: TestDatabase[] = [];
  const started: { stop(): Promise<unknown> }[] = [];
  let api: Api;

  before(async () => {
    const database = await createTestDatabase({ name: 'api' });
    const ratingDatabase = await createTestDatabase({ name: 'rating' });
    databases.push(database, ratingDatabase);
    for (const { url } of databases) await setLimits(url);
    bouncer = await startPgBouncer({ program, serverUrl: process.env.TEST_POSTGRES_URL!, poolSize: 3 });
    const url = bouncer.urlOf(database.url);
    await Promise.all([1, 2, 3].map(() => runMigrations({ url, migrations, log: silent })));
    const bus = createMemoryBus({ log: silent });
    const rating = composeRatingService(
      {
        ...loadConfig(configSchema, {}),
        ratingDatabaseUrl: bouncer.urlOf(ratingDatabase.url),
        port: 0,
      },
      { bus, log: silent },
    );
    started.push(rating);
    await rating.start();
    api = await startApi({ databaseUrl: url, bus });
    started.push(api, bus);
    await bus.start();
  });

  after(async () => {
    for (const each of started.toReversed()) await each.stop();
    // PgBouncer lets go of its connections to a database a second after they were last used.
    for (const { url, drop } of databases) {
      const client = await connect(process.env.TEST_POSTGRES_URL!);
      const name = new URL(url).pathname.slice(1);
      await waitFor('the connections to be closed', async () => {
        const { rows } = await client.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name]);
        return rows.length === 0;
      });
      await client.end();
      await drop();
    }
    await bouncer?.stop();
  });

  it('writes, reads and rates, by more requests at once than there are connections', async () => {
    const product = await api.createProduct({ name: 'Mug' });
    const ratings = Array.from({ length: 60 }, (_, i) => (i % 5) + 1);
    const written = await Promise.all(
      ratings.map((rating) => api.post('/api/reviews', newReview(product.id, { rating }))),
    );
    expect(written.map(({ status }) => status)).to.deep.equal(ratings.map(() => 201));
    await waitFor('the ratings', async () => (await api.product(product.id)).reviewCount === 60);
    expect((await api.product(product.id)).averageRating).to.equal(3);
    expect((await api.page<Product>('/api/products?q=mug')).data).to.have.length(1);
  });

  it('does a request once that comes ten times at the same time', async () => {
    const token = await newAdmin();
    const json = { sku: 'pot', name: 'Teapot' };
    const headers = { 'Idempotency-Key': 'pgbouncer-1' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api.request('POST', '/api/products', { json, headers, token })),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    statuses.delete(409);
    expect([...statuses]).to.deep.equal([201]);
    expect((await api.page<Product>('/api/products?q=teapot')).data).to.have.length(1);
  });

  it('keeps the limit on statements', async () => {
    const client = await connect(bouncer.urlOf(databases[0]!.url));
    const { rows } = await client.query('SHOW statement_timeout');
    await client.end();
    expect(rows).to.deep.equal([{ statement_timeout: '10s' }]);
  });
});
