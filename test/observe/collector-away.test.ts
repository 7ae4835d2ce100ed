import { expect } from 'chai';
import { describeWithRabbit, waitFor } from 'ct-common-lib/testing';
import { createDeployment, type Deployment } from '../support/deployment.ts';
import type { Service } from '../support/service.ts';
import { startCollector, type Collector } from './collector.ts';

const redisUrl = process.env.TEST_REDIS_URL;

describeWithRabbit('a collector that is away', function (rabbitUrl) {
  if (!redisUrl) return void it('needs a Redis, too');
  let deployment: Deployment;
  let collector: Collector | undefined;
  beforeEach(async () => {
    deployment = await createDeployment({ redisUrl, rabbitUrl });
  });
  afterEach(async () => {
    await deployment.remove();
    await collector?.stop();
    collector = undefined;
  });

  const linesOfLoss = ({ program }: Service) =>
    program.said.stdout.split('\n').filter((line) => line.includes('spans are lost'));

  for (const [how, kind] of Object.entries({
    'cuts connections off': { refuses: true },
    'takes what it is sent and never answers': { hangs: true },
  })) {
    it(`holds up neither a review, nor its rating, nor a stop: it ${how}`, async () => {
      collector = await startCollector(kind);
      const variables = {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_SCHEDULE_DELAY: '50',
        // Full after a few: what comes then is dropped.
        OTEL_BSP_MAX_QUEUE_SIZE: '4',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2',
      };
      const [api, rating] = await Promise.all([
        deployment.startApi(variables),
        deployment.startRating(variables),
      ]);
      const product = await api.createProduct();
      for (let reviews = 1; reviews <= 20; reviews++) await api.createReview(product.id, { rating: 4 });
      await waitFor('the rating', async () => (await api.product(product.id)).reviewCount === 20);
      await waitFor('the log of api-service to tell', () => linesOfLoss(api).length > 0);
      for (const { program } of [api, rating]) {
        program.signal('SIGTERM');
        expect(await program.ended).to.equal(0);
      }
      expect(linesOfLoss(api)).to.have.length(1);
    });
  }
});
