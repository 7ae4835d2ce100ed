import { connect, type Channel } from 'amqplib';
import { expect } from 'chai';
import { exchangeName, queueArguments, queueNames, queues, type QueueName } from 'ct-common-lib/bus';
import { describeWithRabbit, describeWithRedis, waitFor } from 'ct-common-lib/testing';
import { createDeployment, query, type BackingServices, type Deployment } from '../support/deployment.ts';
import { createReviewLedger, ratingOf, truthOf } from '../support/review-ledger.ts';
import { waitForTruth } from '../support/served.ts';
import type { Service } from '../support/service.ts';
import { createWorkload, hasFailedToBump, type Workload } from '../support/workload.ts';

describe('a system whose RabbitMQ loses queues', function () {
  this.timeout(300_000);

  describeWithRedis('with Redis', (redisUrl) => {
    describeWithRabbit('and RabbitMQ', (rabbitUrl) => losses({ redisUrl, rabbitUrl }));
  });
});

const reviewQueue = 'rating-service.reviews';
const ratingQueue = 'api-service.ratings';

function losses(backing: BackingServices) {
  let deployment: Deployment | undefined;
  let apis: Service[];
  let rating: Service;
  let productIds: string[];
  let workload: Workload;
  const ledger = createReviewLedger();

  before(async () => {
    deployment = await createDeployment(backing);
    await onBroker(declareAsIn010);
    [rating, ...apis] = await Promise.all([deployment.startRating(), startApi(), startApi()]);
    await createProducts();
  });
  after(() => deployment?.remove());

  const startApi = () => deployment!.startApi();

  async function createProducts() {
    const products = await Promise.all(Array.from({ length: 5 }, () => apis[0]!.createProduct()));
    productIds = products.map(({ id }) => id);
    workload = createWorkload({ apis, productIds, ledger, seed: 4, mayLag: hasFailedToBump });
  }

  async function onBroker<T>(act: (channel: Channel) => Promise<T>) {
    const connection = await connect(backing.rabbitUrl);
    try {
      const channel = await connection.createChannel();
      // A queue that is not there fails the call and closes the channel.
      channel.on('error', () => undefined);
      return await act(channel);
    } finally {
      await connection.close();
    }
  }

  const nameOf = (name: string) => deployment!.prefix + name;

  async function declareAsIn010(channel: Channel) {
    await channel.assertExchange(nameOf(exchangeName), 'topic', { durable: true });
    for (const queue of queueNames) {
      const parked = nameOf(`${queue}.parked`);
      await channel.assertQueue(parked, { durable: true, arguments: queueArguments.parked() });
      const name = nameOf(queue);
      await channel.assertQueue(name, { durable: true, arguments: queueArguments.queue(name) });
      for (const type of queues[queue].types) await channel.bindQueue(name, nameOf(exchangeName), type);
    }
  }

  const loseQueue = (queue: QueueName) => onBroker((channel) => channel.deleteQueue(nameOf(queue)));
  const countIn = async (queue: QueueName) =>
    (await onBroker((channel) => channel.checkQueue(nameOf(queue)))).messageCount;

  const write = () => workload.run({ clients: 10, operations: 200 });
  const truth = () => waitForTruth(apis, productIds, ledger);
  const rows = <Row extends object>(sql: string) => query<Row>(deployment!.databaseUrl, sql);
  const published = () =>
    waitFor('all events are published', async () =>
      expect(await rows('SELECT * FROM outbox LIMIT 1')).to.deep.equal([]),
    );
  const toldAgain = () => apis.some(({ program }) => program.said.stdout.includes('told again'));

  async function stop(...services: Service[]) {
    for (const { program } of services) program.signal('SIGTERM');
    for (const { program } of services) expect(await program.ended).to.equal(0);
  }

  it('takes over the queues of 0.1.0: every event arrives, by its name and by its binding, and nothing is told again', async () => {
    await write();
    await truth();
    await published();
    const sent = await Promise.all(apis.map((api) => api.counter('ct_bus_published_total', 'type="review-')));
    await waitFor('both copies of each', async () => {
      const handled = await rating.counter('ct_bus_consumed_total', `queue="${reviewQueue}",result="acked"`);
      return expect(handled).to.equal(2 * (sent[0]! + sent[1]!));
    });
    expect(toldAgain()).to.equal(false);
  });

  it('counts every review when the queue with all events of a time without rating-service is deleted', async () => {
    await stop(rating);
    await write();
    await published();
    const { messageCount } = await loseQueue(reviewQueue);
    expect(messageCount, 'lost events').to.be.above(0);
    rating = await deployment!.startRating();
    await truth();
    expect(toldAgain()).to.equal(true);
  });

  it('shows every rating when the queue of the ratings is deleted while api-service is stopped', async () => {
    await stop(rating);
    await write();
    await published();
    await stop(...apis);
    rating = await deployment!.startRating();
    await waitFor('the ratings wait', async () => {
      expect(await countIn(reviewQueue)).to.equal(0);
      return (await countIn(ratingQueue)) > 0;
    });
    await loseQueue(ratingQueue);
    apis.splice(0, 2, ...(await Promise.all([startApi(), startApi()])));
    await truth();
  });

  it('ends up right when all queues and the exchange are deleted, again and again, while reviews are written', async () => {
    let writing = true;
    const writes = (async () => {
      for (let round = 0; round < 4; round++) await write();
    })().finally(() => (writing = false));
    while (writing) {
      await onBroker(async (channel) => {
        for (const queue of queueNames) {
          await channel.deleteQueue(nameOf(queue));
          await channel.deleteQueue(nameOf(`${queue}.parked`));
        }
        await channel.deleteExchange(nameOf(exchangeName));
      });
      await waitFor(
        'api-service has created them again',
        async () => {
          await onBroker((channel) => channel.checkQueue(nameOf(reviewQueue)));
          return true;
        },
        { timeoutMs: 90_000 },
      );
    }
    await writes;
    await truth();
  });

  it('goes on where it was when every api-service is killed while reviews are told again', async () => {
    const count = 20_000;
    const { id } = await apis[0]!.createProduct();
    await stop(rating);
    await rows(`INSERT INTO reviews (id, product_id, rating)
                SELECT gen_random_uuid(), '${id}', 1 + n % 5 FROM generate_series(1, ${count}) AS n`);
    await waitFor(
      'all events are published',
      async () => (await rows('SELECT FROM outbox LIMIT 1')).length === 0,
      {
        timeoutMs: 60_000,
      },
    );
    await loseQueue(reviewQueue);
    await waitFor('some are told again', async () => {
      const [replay] = await rows<{ last_id: string | null }>('SELECT last_id FROM review_replay');
      return replay?.last_id;
    });
    for (const { program } of apis) program.signal('SIGKILL');
    for (const { program } of apis) await program.ended;
    // Not where: the note after the creation of the queue lets it begin anew.
    expect(await rows('SELECT last_id FROM review_replay'), 'what is left at the kill').to.have.length(1);

    apis.splice(0, 2, ...(await Promise.all([startApi(), startApi()])));
    rating = await deployment!.startRating();
    const each = count / 5;
    const wanted = truthOf({ 1: each, 2: each, 3: each, 4: each, 5: each });
    await waitFor(
      'all are counted',
      async () => expect(ratingOf(await apis[0]!.product(id))).to.deep.equal(wanted),
      {
        timeoutMs: 60_000,
      },
    );
    await truth();
    expect(await rows('SELECT * FROM review_replay')).to.deep.equal([]);
  });
}
