import { expect } from 'chai';
import { describeWithRabbit, describeWithRedis, waitFor } from 'ct-common-lib/testing';
import { createDeployment, query, type BackingServices, type Deployment } from '../support/deployment.ts';
import { endPrograms } from '../support/program.ts';
import { createReviewLedger } from '../support/review-ledger.ts';
import { expectTruthInLists, waitForTruth } from '../support/served.ts';
import type { Service } from '../support/service.ts';
import { createWorkload, hasFailedToBump } from '../support/workload.ts';

describe('two api-services and two rating-services under 2,000 mixed writes of 20 clients', function () {
  this.timeout(300_000);

  describeWithRedis('on one Redis', (redisUrl) => {
    describeWithRabbit('and one RabbitMQ', (rabbitUrl) => mixedLoad({ redisUrl, rabbitUrl }));
  });
});

function mixedLoad(backing: BackingServices) {
  let deployment: Deployment | undefined;
  let apis: Service[];
  let ratings: Service[];
  let productIds: string[];
  const ledger = createReviewLedger();

  before(async () => {
    deployment = await createDeployment(backing);
    const { startApi, startRating } = deployment;
    const services = await Promise.all([startApi(), startApi(), startRating(), startRating()]);
    apis = services.slice(0, 2);
    ratings = services.slice(2);
  });
  after(() => deployment?.remove());

  it('show each acknowledged write at once on the other instance', async () => {
    const products = await Promise.all(Array.from({ length: 10 }, () => apis[0]!.createProduct()));
    productIds = products.map(({ id }) => id);
    const workload = createWorkload({ apis, productIds, ledger, seed: 1, mayLag: hasFailedToBump });
    await workload.run({ clients: 20, operations: 2_000 });
  });

  it('end with every average, count and histogram right, wherever it is served', async () => {
    await waitForTruth(apis, productIds, ledger);
    for (const api of apis) await expectTruthInLists(api, productIds, ledger);
  });

  it('have shared the work', async () => {
    for (const rating of ratings)
      expect(await rating.counter('ct_rating_reviews_total', 'outcome="newer"')).to.be.above(0);
    for (const api of apis) expect(await api.counter('ct_cache_reads_total', 'result="hit"')).to.be.above(0);
  });

  it('leave nothing in the outbox, in the queues, or parked', async () => {
    for (const table of ['outbox', 'cache_invalidation']) {
      await waitFor(`${table} is empty`, async () =>
        expect(await query(deployment!.databaseUrl, `SELECT * FROM ${table}`)).to.deep.equal([]),
      );
      expect(await query(deployment!.databaseUrl, `SELECT * FROM ${table}_parked`)).to.deep.equal([]);
    }
    expect(await endPrograms(), 'exit codes').to.deep.equal([0, 0, 0, 0]);
    // Only now, as the broker does not count what a consumer holds unacknowledged.
    expect(await deployment!.countMessages()).to.deep.equal({
      'rating-service.reviews': 0,
      'rating-service.reviews.parked': 0,
      'api-service.ratings': 0,
      'api-service.ratings.parked': 0,
    });
  });
}
