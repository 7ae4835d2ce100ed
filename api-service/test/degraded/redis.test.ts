import { expect } from 'chai';
import { describeWithRedis } from 'ct-common-lib/testing';
import {
  createRedisServer,
  hasRedisServer,
  type RedisServer,
} from '../../../ct-common-lib/test/cache/support/redis-server.ts';
import { startApi, type Api } from '../support/api.ts';
import { expectWorking, health, waitForPart } from '../support/health.ts';

describeWithRedis('while Redis is away', () => {
  let redis: RedisServer;
  let api: Api;
  before(function () {
    if (!hasRedisServer && process.env.REQUIRE_SERVICES !== '1') this.skip();
  });
  beforeEach(async () => {
    redis = await createRedisServer();
  });
  afterEach(async () => {
    await api.stop();
    await redis.drop();
  });

  async function startWithRedis() {
    await redis.start();
    api = await startApi({ redisUrl: redis.url });
    await waitForPart(api, 'cache', 'in-use');
  }

  const entries = async () => (await redis.admin.dbsize()) > 0;

  it('reads and writes go on, the service is ready, and Redis is used again once it is back', async () => {
    await startWithRedis();
    await expectWorking(api);
    expect(await entries()).to.equal(true);

    await redis.kill();
    await expectWorking(api);
    await waitForPart(api, 'cache', 'bypassed');
    expect((await health(api)).status).to.equal(200);
    await expectWorking(api);

    await redis.start();
    await waitForPart(api, 'cache', 'in-use');
    await expectWorking(api);
    expect(await entries()).to.equal(true);
  });

  it('what is written shows once it is back, though it was in the cache before', async () => {
    await startWithRedis();
    const { id } = await api.createProduct();
    const review = await api.createReview(id);
    await api.product(id);
    await api.review(review.id);
    redis.freeze();
    await api.patch(`/api/products/${id}`, { name: 'While it was away' });
    await api.delete(`/api/reviews/${review.id}`);
    redis.thaw();
    for (const state of ['as it comes back', 'in-use']) {
      if (state === 'in-use') await waitForPart(api, 'cache', 'in-use');
      expect((await api.product(id)).name, state).to.equal('While it was away');
      expect((await api.get(`/api/reviews/${review.id}`)).status, state).to.equal(404);
    }
  });

  it('the service starts, and uses it when it comes', async () => {
    api = await startApi({ redisUrl: redis.url });
    await expectWorking(api);
    expect((await health(api)).body.parts.cache).to.equal('bypassed');
    await redis.start();
    await waitForPart(api, 'cache', 'in-use');
    await expectWorking(api);
  });
});
