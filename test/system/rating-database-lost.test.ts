import { expect } from 'chai';
import { describeWithRabbit, describeWithRedis, waitFor } from 'ct-common-lib/testing';
import { createDatabase, dropDatabase } from '../support/databases.ts';
import { createDeployment, query, type BackingServices, type Deployment } from '../support/deployment.ts';
import { startWriters, type Writers } from '../support/ordered-writers.ts';
import { endPrograms } from '../support/program.ts';
import { rebuildRatings, verifyRatings, waitForReviewsRated } from '../support/rating-audit.ts';
import { recordRatings, watchRatings } from '../support/rating-history.ts';
import type { Service } from '../support/service.ts';

describe('when the rating database is dropped and created again under a running system', function () {
  this.timeout(300_000);

  describeWithRedis('on Redis', (redisUrl) => {
    describeWithRabbit('and RabbitMQ', (rabbitUrl) => ratingDatabaseLost({ redisUrl, rabbitUrl }));
  });
});

function ratingDatabaseLost(backing: BackingServices) {
  let deployment: Deployment | undefined;
  let apis: Service[];
  let rating: Service;
  let productIds: string[];
  let writers: Writers | undefined;
  let watch: ReturnType<typeof watchRatings>;

  before(async () => {
    deployment = await createDeployment(backing);
    const { startApi, startRating, databaseUrl } = deployment;
    [rating, ...apis] = await Promise.all([startRating(), startApi(), startApi()]);
    await recordRatings(databaseUrl);
    const products = await Promise.all(Array.from({ length: 8 }, () => apis[0]!.createProduct()));
    productIds = products.map(({ id }) => id);
    writers = await startWriters({ apis, productIds, databaseUrl, seed: 5 });
    await writers.more(5);
    await waitFor('a rating database is linked', async () => {
      const [link] = await query<{ store: string | null }>(databaseUrl, 'SELECT store FROM rating_link');
      return link!.store;
    });
    watch = watchRatings(apis, productIds);
  });
  after(async () => {
    await writers?.stop().catch(() => undefined);
    await deployment?.remove();
  });

  it('reviews go on being accepted, rating-service makes its tables anew, and says what to do', async () => {
    await dropDatabase(deployment!.ratingDatabaseUrl);
    await writers!.more(1);
    await createDatabase(deployment!.ratingDatabaseUrl);
    await writers!.more(15);
    await waitFor('rating-service waits for a rebuild', async () => {
      const { status, body } = await rating.health();
      return status === 200 && body.parts.store === 'to-rebuild';
    });
    expect(rating.program.said.stdout).to.include('npm run ratings:rebuild');
    const verified = await verifyRatings(deployment!, apis[0]!);
    expect(verified).to.include({ code: 1 });
    expect(verified.said).to.include('Ratings stand still');
  });

  it('a rebuild brings every rating back, though clients write all the time', async () => {
    expect(await rebuildRatings(deployment!)).to.include({ code: 0 });
    await writers!.more(5);
    expect((await rating.health()).body.parts).to.include({ store: 'current' });
    await writers!.stop();
    await waitForReviewsRated(apis, productIds, deployment!.databaseUrl);
    expect(await verifyRatings(deployment!, apis[0]!)).to.include({ code: 0 });
  });

  it('no rating was served on the way that was never true', async () => {
    const { reads, ratings } = await watch.expectAllTrue(deployment!.databaseUrl);
    expect(reads).to.be.above(100);
    expect(ratings).to.be.above(productIds.length);
  });

  it('nothing was parked, nothing is left, and nobody was restarted', async () => {
    expect(await query(deployment!.databaseUrl, 'SELECT * FROM outbox_parked')).to.deep.equal([]);
    expect(await endPrograms(), 'exit codes').to.deep.equal([0, 0, 0]);
    expect(Object.values(await deployment!.countMessages()), 'messages').to.deep.equal([0, 0, 0, 0]);
  });
}
