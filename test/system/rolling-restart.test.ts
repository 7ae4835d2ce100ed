import { expect } from 'chai';
import { describeWithRabbit, describeWithRedis, waitFor } from 'ct-common-lib/testing';
import { createHttpClient } from '../../api-service/test/support/http-client.ts';
import { newAdmin } from '../../api-service/test/support/tokens.ts';
import { createBalancer } from '../support/balancer.ts';
import { createDeployment, query, type BackingServices, type Deployment } from '../support/deployment.ts';
import { endPrograms } from '../support/program.ts';
import { createReviewLedger } from '../support/review-ledger.ts';
import { expectTruthInLists, waitForTruth } from '../support/served.ts';
import type { Service } from '../support/service.ts';
import { createWorkload, hasFailedToBump } from '../support/workload.ts';

describe('a rolling restart of two api-services and two rating-services under load', function () {
  this.timeout(240_000);

  describeWithRedis('on one Redis', (redisUrl) => {
    describeWithRabbit('and one RabbitMQ', (rabbitUrl) => rollingRestart({ redisUrl, rabbitUrl }));
  });
});

function rollingRestart(backing: BackingServices) {
  const balancer = createBalancer();
  const ledger = createReviewLedger();
  let deployment: Deployment | undefined;
  let apis: Service[];
  let ratings: Service[];
  let productIds: string[];

  // Many times the pause between two looks of the balancer, so that a busy machine does not matter.
  const startApi = () => deployment!.startApi({ DRAIN_SECONDS: '2' });
  const startRating = () => deployment!.startRating();

  before(async () => {
    deployment = await createDeployment(backing);
    apis = await Promise.all([startApi(), startApi()]);
    ratings = await Promise.all([startRating(), startRating()]);
    const products = await Promise.all(Array.from({ length: 10 }, () => apis[0]!.createProduct()));
    productIds = products.map(({ id }) => id);
  });
  after(async () => {
    await balancer.close();
    await deployment?.remove();
  });

  /** Each once, while the others serve. */
  async function restart() {
    const exitCodes = [];
    for (const index of apis.keys()) {
      exitCodes.push(await stop(apis[index]!));
      balancer.remove(apis[index]!.baseUrl);
      apis[index] = await startApi();
      balancer.add(apis[index].baseUrl);
      await hasServed(apis[index]);
      exitCodes.push(await stop(ratings[index]!));
      ratings[index] = await startRating();
    }
    return exitCodes;
  }

  async function stop({ program }: Service) {
    program.signal('SIGTERM');
    return program.ended;
  }

  const hasServed = (api: Service) =>
    waitFor(
      `${api.baseUrl} serves`,
      async () => (await api.counter('ct_http_request_duration_seconds_count', 'route="/api/reviews"')) > 0,
    );

  it('fails not one request', async () => {
    const client = createHttpClient(await balancer.open(), newAdmin);
    for (const { baseUrl } of apis) balancer.add(baseUrl);
    await waitFor(
      'the balancer sees an instance',
      async () => (await client.get('/health/live')).status === 200,
    );
    balancer.failures.length = 0;

    const mayLag = async () => (await Promise.all(apis.map(hasFailedToBump))).includes(true);
    const apisBehindIt = [client, client];
    const workload = createWorkload({ apis: apisBehindIt, productIds, ledger, seed: 3, mayLag });
    let restarting = true;
    const work = async () => {
      while (restarting) await workload.run({ clients: 10, operations: 100 });
    };
    const restarted = restart().finally(() => (restarting = false));
    const [exitCodes] = await Promise.all([restarted, work()]);
    expect(balancer.failures).to.deep.equal([]);
    expect(exitCodes).to.deep.equal([0, 0, 0, 0]);
  });

  it('loses not one event', async () => {
    await waitForTruth(apis, productIds, ledger);
    for (const api of apis) await expectTruthInLists(api, productIds, ledger);
  });

  it('leaves nothing in the outbox, in the queues, or parked', async () => {
    for (const table of ['outbox', 'cache_invalidation']) {
      await waitFor(`${table} is empty`, async () =>
        expect(await query(deployment!.databaseUrl, `SELECT * FROM ${table}`)).to.deep.equal([]),
      );
      expect(await query(deployment!.databaseUrl, `SELECT * FROM ${table}_parked`)).to.deep.equal([]);
    }
    expect(await endPrograms(), 'exit codes').to.deep.equal([0, 0, 0, 0]);
    expect(new Set(Object.values(await deployment!.countMessages()))).to.deep.equal(new Set([0]));
  });
}
