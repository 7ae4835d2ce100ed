import { expect } from 'chai';
import { describeWithRabbit, describeWithRedis, waitFor } from 'ct-common-lib/testing';
import {
  createTcpProxy,
  targetOf,
  through,
  type TcpProxy,
} from '../../ct-common-lib/test/support/tcp-proxy.ts';
import type { HttpClient } from '../../api-service/test/support/http-client.ts';
import { createDeployment, query, type BackingServices, type Deployment } from '../support/deployment.ts';
import { createReviewLedger, ratingOf } from '../support/review-ledger.ts';
import { waitForTruth } from '../support/served.ts';
import type { Service } from '../support/service.ts';
import { createWorkload, hasFailedToBump, type Workload } from '../support/workload.ts';

describe('a system of two api-services and a rating-service', function () {
  this.timeout(300_000);

  describeWithRedis('with Redis', (redisUrl) => {
    describeWithRabbit('and RabbitMQ', (rabbitUrl) => outages({ redisUrl, rabbitUrl }));
  });
});

function outages(backing: BackingServices) {
  const redis = createTcpProxy(targetOf(backing.redisUrl));
  const rabbit = createTcpProxy(targetOf(backing.rabbitUrl));
  let postgres: TcpProxy | undefined;
  let deployment: Deployment | undefined;
  let apis: Service[];
  let rating: Service;
  let productIds: string[];
  let workload: Workload;
  let redisIsAway = false;
  const ledger = createReviewLedger();

  before(async () => {
    deployment = await createDeployment(backing);
    postgres = createTcpProxy(targetOf(deployment.databaseUrl));
    await Promise.all([redis.open(), rabbit.open(), postgres.open()]);
    const variables = {
      REDIS_URL: through(redis, backing.redisUrl),
      RABBITMQ_URL: through(rabbit, backing.rabbitUrl),
      DATABASE_URL: through(postgres, deployment.databaseUrl),
    };
    const { startApi, startRating } = deployment;
    [rating, ...apis] = await Promise.all([startRating(variables), startApi(variables), startApi(variables)]);
    const products = await Promise.all(Array.from({ length: 5 }, () => apis[0]!.createProduct()));
    productIds = products.map(({ id }) => id);
    workload = createWorkload({ apis, productIds, ledger, seed: 2, mayLag });
    await settled();
  });
  after(async () => {
    await Promise.all([redis.close(), rabbit.close(), postgres?.close()]);
    await deployment?.remove();
  });

  /** Writes, each read back through the other instance. */
  const write = () => workload.run({ clients: 10, operations: 100 });

  async function settled() {
    await write();
    await waitForTruth(apis, productIds, ledger);
  }

  // Where Redis is away for all, nobody may lag.
  const mayLag = async (writer: HttpClient) => !redisIsAway && hasFailedToBump(writer);

  /** What is read from now on stays in the cache. */
  const noBumpIsOwed = () =>
    waitFor('no bump is owed', async () =>
      expect(await query(deployment!.databaseUrl, 'SELECT * FROM cache_invalidation')).to.deep.equal([]),
    );

  const readiness = () => Promise.all(apis.map(async (api) => (await api.health()).status));
  const waitForPart = async (part: string, state: string) => {
    for (const api of apis)
      await waitFor(`${part} is ${state}`, async () => (await api.health()).body.parts[part] === state, {
        timeoutMs: 30_000,
      });
  };
  const served = () => Promise.all(productIds.map(async (id) => ratingOf(await apis[0]!.product(id))));
  const truths = () => productIds.map((id) => ledger.truthOf(id));
  const failedBumps = (api: Service) =>
    api.counter('ct_outbox_rows_total', 'table="cache_invalidation",outcome="failed"');
  const hits = (api: Service) => api.counter('ct_cache_reads_total', 'result="hit"');

  for (const [what, begin, end] of [
    ['refuses connections', () => rabbit.close(), () => rabbit.open()],
    ['swallows everything', () => rabbit.blackHole(), () => rabbit.heal()],
  ] as const) {
    it(`accepts reviews while RabbitMQ ${what}, and ratings catch up`, async () => {
      const before = await served();
      await begin();
      await write();
      expect(await readiness()).to.deep.equal([200, 200]);
      expect(await served(), 'ratings without a broker')
        .to.deep.equal(before)
        .and.not.deep.equal(truths());
      await end();
      await waitForTruth(apis, productIds, ledger);
    });
  }

  for (const [what, begin, end] of [
    ['refuses connections', () => redis.close(), () => redis.open()],
    ['swallows everything', () => redis.blackHole(), () => redis.heal()],
  ] as const) {
    it(`answers right while Redis ${what}, and uses it again afterwards`, async () => {
      const { id } = await apis[0]!.createProduct({ name: 'Before' });
      await noBumpIsOwed();
      for (const api of apis) await api.product(id);
      redisIsAway = true;
      await begin();
      await write();
      await apis[0]!.patch(`/api/products/${id}`, { name: 'Meanwhile' });
      const names = () => Promise.all(apis.map(async (api) => (await api.product(id)).name));
      expect(await names()).to.deep.equal(['Meanwhile', 'Meanwhile']);
      expect(await readiness()).to.deep.equal([200, 200]);
      await waitForPart('cache', 'bypassed');
      // Seldom enough by now to find Redis back later than the reads do.
      for (const api of apis)
        await waitFor('the relay has failed three times', async () => (await failedBumps(api)) >= 3);

      const hitsBefore = await Promise.all(apis.map(hits));
      redisIsAway = false;
      await end();
      // Redis still has what it had before.
      const seen = new Set<string>();
      for (const [index, api] of apis.entries()) {
        await waitFor('a read hits the cache', async () => {
          for (const name of await names()) seen.add(name);
          return (await hits(api)) > hitsBefore[index]!;
        });
      }
      expect([...seen], 'names served').to.deep.equal(['Meanwhile']);
      await waitForPart('cache', 'in-use');
      await settled();
    });
  }

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`accepts reviews while rating-service is gone by ${signal}, and ratings catch up`, async () => {
      const writing = write();
      rating.program.signal(signal);
      await rating.program.ended;
      await writing;
      await write();
      expect(await readiness()).to.deep.equal([200, 200]);
      expect(await served()).to.not.deep.equal(truths());
      rating = await deployment!.startRating();
      await waitForTruth(apis, productIds, ledger);
    });
  }

  it('says 503 without PostgreSQL, but serves what is cached, and goes on when it is back', async () => {
    const [api] = apis as [Service];
    const id = productIds[0]!;
    let isServed = false;
    // If the machine is too busy to answer reads of Redis in time, these go past it until PostgreSQL is back: then once more.
    for (let tries = 1; tries <= 3 && !isServed; tries++) {
      await noBumpIsOwed();
      await waitForPart('cache', 'in-use');
      const cached = await api.product(id);
      await postgres!.close();
      const refused = await api.post('/api/reviews', { productId: id, rating: 5 });
      expect(refused.status).to.equal(503);
      expect(Number(refused.headers.get('retry-after'))).to.be.above(0);
      expect(await readiness()).to.deep.equal([503, 503]);
      isServed = await waitFor('what is cached is served, or reads go past the cache', async () => {
        if ((await api.health()).body.parts.cache === 'bypassed') return 'no';
        return expect(await api.product(id)).to.deep.equal(cached) && 'yes';
      }).then((answer) => answer === 'yes');
      await postgres!.open();
      await waitForPart('postgres', 'up');
      await settled();
    }
    expect(isServed).to.equal(true);
  });

  it('has gone through all of that without a restart of an api-service', () => {
    expect(apis.map(({ program }) => program.isRunning())).to.deep.equal([true, true]);
  });
}
