import { expect } from 'chai';
import { describeWithRabbit, describeWithRedis, waitFor } from 'ct-common-lib/testing';
import {
  createDatabase,
  dropDatabase,
  dumpDatabase,
  restoreDatabase,
  type Dump,
} from '../support/databases.ts';
import {
  createDeployment,
  query,
  removeKeys,
  type BackingServices,
  type Deployment,
} from '../support/deployment.ts';
import { startWriters, type Writers } from '../support/ordered-writers.ts';
import { endPrograms } from '../support/program.ts';
import { rebuildRatings, verifyRatings, waitForReviewsRated } from '../support/rating-audit.ts';
import { recordRatings, watchRatings } from '../support/rating-history.ts';
import type { Service } from '../support/service.ts';

/** A way to make a backup of a database that nobody uses, which gives the way to restore it. */
type Backup = (url: string) => Promise<{ restore: () => Promise<void>; remove: () => Promise<void> }>;

/** Nobody has to tell the restored database what happened to it. */
const fromDump: Backup = async (url) => {
  const dump: Dump = await dumpDatabase(url);
  return { restore: () => restoreDatabase(url, dump, () => recordRatings(url)), remove: async () => {} };
};

/** Nothing in the files tells that they are old: an operator does. */
const fromFiles: Backup = async (url) => {
  const copy = `${url}_backup`;
  await createDatabase(copy, { template: url });
  const restore = async () => {
    await createDatabase(url, { template: copy });
    await query(url, 'UPDATE rating_link SET store = gen_random_uuid()');
  };
  return { restore, remove: () => dropDatabase(copy) };
};

describe('when the reviews are restored from a backup', function () {
  this.timeout(300_000);

  describeWithRedis('on Redis', (redisUrl) => {
    describeWithRabbit('and RabbitMQ', (rabbitUrl) => {
      describe('that is a dump', () => reviewsRestored({ redisUrl, rabbitUrl }, fromDump));
      describe('that is a copy of the files', () => reviewsRestored({ redisUrl, rabbitUrl }, fromFiles));
    });
  });
});

function reviewsRestored(backing: BackingServices, backUp: Backup) {
  let deployment: Deployment | undefined;
  let apis: Service[];
  let rating: Service;
  let productIds: string[];
  let writers: Writers | undefined;
  let watch: ReturnType<typeof watchRatings>;
  let removeBackup: (() => Promise<void>) | undefined;

  before(async () => {
    deployment = await createDeployment(backing);
    const { databaseUrl, startRating, prefix } = deployment;
    rating = await startRating();
    await startApis();
    await recordRatings(databaseUrl);
    const products = await Promise.all(Array.from({ length: 8 }, () => apis[0]!.createProduct()));
    productIds = products.map(({ id }) => id);
    await write(6);
    await waitForReviewsRated(apis, productIds, databaseUrl);
    await stop(...apis);
    const { restore, remove } = await backUp(databaseUrl);
    removeBackup = remove;

    // What comes now is lost: rating-service knows the first part of it, the second waits in its queue.
    await startApis();
    const lost = await apis[0]!.createProduct();
    await write(8);
    await apis[0]!.createReview(lost.id);
    await waitForReviewsRated(apis, productIds, databaseUrl);
    await stop(rating);
    await write(4);
    await stop(...apis);
    expect((await deployment.countMessages())['rating-service.reviews']).to.be.above(0);

    await dropDatabase(databaseUrl);
    await restore();
    await removeKeys(backing.redisUrl, prefix);
    rating = await startRating();
    await startApis();
    watch = watchRatings(apis, productIds);
  });
  after(async () => {
    await writers?.stop().catch(() => undefined);
    await deployment?.remove();
    await removeBackup?.();
  });

  async function startApis() {
    apis = await Promise.all([deployment!.startApi(), deployment!.startApi()]);
  }

  async function stop(...services: Service[]) {
    for (const { program } of services) program.signal('SIGTERM');
    for (const { program } of services) expect(await program.ended, 'exit code').to.equal(0);
  }

  async function startWriting(seed: number) {
    const { databaseUrl } = deployment!;
    return startWriters({ apis, productIds, databaseUrl, seed });
  }

  async function write(times: number) {
    const some = await startWriting(6);
    await some.more(times);
    await some.stop();
  }

  it('reviews are accepted, and ratings wait for a rebuild', async () => {
    writers = await startWriting(7);
    await writers.more(10);
    await waitFor('rating-service waits for a rebuild', async () => {
      const { status, body } = await rating.health();
      return status === 200 && body.parts.store === 'to-rebuild';
    });
    expect(rating.program.said.stdout).to.include('npm run ratings:rebuild');
  });

  it('a rebuild makes every rating that of the restored reviews, though clients write all the time', async () => {
    expect(await rebuildRatings(deployment!)).to.include({ code: 0 });
    await writers!.more(5);
    expect((await rating.health()).body.parts).to.include({ store: 'current' });
    await writers!.stop();
    await waitForReviewsRated(apis, productIds, deployment!.databaseUrl);
    expect(await verifyRatings(deployment!, apis[0]!)).to.deep.include({ code: 0 });
  });

  it('rating-service has forgotten the reviews that are lost', async () => {
    const { databaseUrl, ratingDatabaseUrl } = deployment!;
    const idsOf = async (url: string, sql: string) =>
      (await query<{ id: string }>(url, sql)).map(({ id }) => id).sort();
    expect(await idsOf(ratingDatabaseUrl, 'SELECT review_id AS id FROM review_state')).to.deep.equal(
      await idsOf(databaseUrl, 'SELECT id FROM reviews'),
    );
    expect(await idsOf(ratingDatabaseUrl, 'SELECT product_id AS id FROM product_rating')).to.deep.equal(
      await idsOf(databaseUrl, 'SELECT id FROM products'),
    );
  });

  it('no rating was served on the way that was never true of them', async () => {
    const { reads, ratings } = await watch.expectAllTrue(deployment!.databaseUrl);
    expect(reads).to.be.above(100);
    expect(ratings).to.be.above(productIds.length);
  });

  it('nothing was parked, and nothing is left', async () => {
    expect(await query(deployment!.databaseUrl, 'SELECT * FROM outbox_parked')).to.deep.equal([]);
    await endPrograms();
    expect(Object.values(await deployment!.countMessages()), 'messages').to.deep.equal([0, 0, 0, 0]);
  });
}
