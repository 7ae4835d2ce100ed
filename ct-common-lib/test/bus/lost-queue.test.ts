import { expect } from 'chai';
import { createRabbitBus, queueNames, type Bus, type QueueName } from '../../src/bus/index.ts';
import { encodeEvent, type Event } from '../../src/events/index.ts';
import { Registry } from '../../src/metrics.ts';
import {
  createGate,
  publishAll,
  ratingUpdated,
  reviewCreated,
  startBus,
} from '../../src/testing/bus-suite.ts';
import { describeWithRabbit } from '../../src/testing/services.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { createRabbitHarness, log } from './rabbit-harness.ts';

const reviews = 'rating-service.reviews';

describeWithRabbit('RabbitMQ bus when a queue or a binding is lost', (url) => {
  let harness: Awaited<ReturnType<typeof createRabbitHarness>>;
  let missing: QueueName[][];
  let gate: ReturnType<typeof createGate>;
  let consumers: Bus[];

  beforeEach(async () => {
    missing = [];
    consumers = [];
    gate = createGate();
    gate.open();
    harness = await createRabbitHarness(url, {
      async onMissingQueues(queues) {
        missing.push(queues);
        await gate.opened;
      },
    });
  });
  afterEach(async () => {
    gate.open();
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await harness.stop();
  });

  /** A bus that creates nothing and consumes. */
  async function startConsumer(queue: QueueName = reviews) {
    const { prefix } = harness;
    const bus = createRabbitBus({ url, name: `${prefix}consumer`, log, metrics: new Registry(), prefix });
    const handled: Event[] = [];
    bus.subscribe(queue, async (events) => void handled.push(...events));
    consumers.push(bus);
    await bus.start();
    return { bus, handled };
  }

  /** A queue of somebody else that takes everything. */
  async function bindOutsider(options = {}) {
    const channel = await harness.admin.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true, ...options });
    await channel.bindQueue(queue, `${harness.prefix}ct.events`, '#');
    const received: string[] = [];
    const consume = () =>
      channel.consume(queue, (message) => message && received.push(String(message.properties.messageId)), {
        noAck: true,
      });
    return { received, consume };
  }

  async function bindAsIn010(queue: QueueName, type: string) {
    const channel = await harness.admin.createChannel();
    const exchange = `${harness.prefix}ct.events`;
    await channel.assertExchange(exchange, 'topic', { durable: true });
    await channel.bindQueue(harness.prefix + queue, exchange, type);
    await channel.close();
  }

  /** Mandatory, to the exchange alone; what no queue took came back, and was published again. */
  async function publishAsIn010(event: Event) {
    const channel = await harness.admin.createConfirmChannel();
    let returned = false;
    channel.on('return', () => (returned = true));
    const options = { mandatory: true, persistent: true, messageId: event.id };
    channel.publish(`${harness.prefix}ct.events`, event.type, encodeEvent(event), options);
    await channel.waitForConfirms();
    expect(returned, 'returned').to.equal(false);
    await channel.close();
  }

  it('delivers once, to our queue and to an outsider, though ours has no binding', async () => {
    const { bus } = harness;
    await startBus(bus);
    const { handled } = await startConsumer();
    await waitFor('the consumer', () => consumers[0]?.state() === 'connected');
    const outsider = await bindOutsider();
    await outsider.consume();
    const events = Array.from({ length: 1_200 }, () => reviewCreated());
    expect(new Set((await bus.publish(events)).map(({ status }) => status))).to.deep.equal(
      new Set(['confirmed']),
    );
    const last = reviewCreated();
    await publishAll(bus, [last]);
    const all = [...events, last].map(({ id }) => id);
    await waitFor('the last', () => handled.length >= all.length && outsider.received.length >= all.length);
    expect(handled.map(({ id }) => id)).to.deep.equal(all);
    expect(outsider.received).to.have.members(all);
  });

  for (const [queue, event] of [
    [reviews, reviewCreated()],
    ['api-service.ratings', ratingUpdated()],
  ] as const) {
    it(`gets all for ${queue} that a service of 0.1.0 publishes, to the exchange alone, though an outsider listens`, async () => {
      await harness.createQueue(queue);
      await bindAsIn010(queue, event.type);
      const outsider = await bindOutsider();
      await outsider.consume();
      const { bus, handled } = await startConsumer(queue);
      await waitFor('the consumer', () => bus.state() === 'connected');
      await publishAsIn010(event);
      await waitFor('the event', () => handled.length > 0 && outsider.received.length > 0);
      expect(handled).to.deep.equal([event]);
      await publishAll(bus, [event]);
      await waitFor('one by its name, and one by its binding', () => handled.length >= 3);
      expect(handled).to.deep.equal([event, event, event]);
    });
  }

  it('confirms nothing that reaches an outsider alone', async () => {
    gate = createGate();
    const { bus } = harness;
    await bus.start();
    await waitFor('the queues are missed', () => missing.length === 1);
    const outsider = await bindOutsider();
    await outsider.consume();
    const event = reviewCreated();
    expect(await bus.publish([event])).to.deep.equal([{ status: 'unroutable' }]);
    await waitFor('the outsider has it', () => outsider.received.length === 1);
    gate.open();
    await publishAll(bus, [event]);
    expect((await harness.messagesOf(reviews)).length).to.equal(1);
  });

  it('is not held up by the queue of an outsider that refuses', async () => {
    const { bus } = harness;
    await startBus(bus);
    await bindOutsider({ maxLength: 1, overflow: 'reject-publish' });
    const events = Array.from({ length: 10 }, () => reviewCreated());
    for (const event of events) expect(await bus.publish([event])).to.deep.equal([{ status: 'confirmed' }]);
    const arrived = await harness.messagesOf(reviews);
    expect(arrived.map(({ properties }) => String(properties.messageId))).to.deep.equal(
      events.map(({ id }) => id),
    );
  });

  it('creates all queues on connecting, with their parking queues, and asks before and after, for all at once', async () => {
    await startBus(harness.bus);
    expect(missing).to.deep.equal([queueNames, queueNames]);
    await harness.parked(reviews);
    await publishAll(harness.bus, [reviewCreated(), ratingUpdated()]);
    expect(missing, 'nothing else was missing').to.have.length(2);
  });

  it('asks nothing about queues that are there', async () => {
    for (const queue of queueNames) await harness.createQueue(queue);
    await startBus(harness.bus);
    await publishAll(harness.bus, [reviewCreated(), ratingUpdated()]);
    expect(missing).to.deep.equal([]);
  });

  it('creates a deleted queue again once the callback has resolved, and not before', async () => {
    const { bus } = harness;
    await startBus(bus);
    const consumer = await startConsumer();
    await waitFor('the consumer', () => consumer.bus.state() === 'connected');
    missing = [];
    gate = createGate();
    await harness.deleteQueue(reviews);
    const event = reviewCreated();
    await waitFor('it is missed', async () => {
      expect(await bus.publish([event])).to.deep.equal([{ status: 'unroutable' }]);
      return missing.length === 1;
    });
    expect(missing).to.deep.equal([[reviews]]);
    await waitFor('the consumer says that it waits', () => consumer.bus.state() === 'connecting');
    expect(bus.state()).to.equal('connecting');
    expect(await bus.publish([event]), 'while the callback runs').to.deep.equal([{ status: 'unroutable' }]);
    gate.open();
    await publishAll(bus, [event]);
    await waitFor('the event', () => consumer.handled.length === 1);
    expect(consumer.handled).to.deep.equal([event]);
    await waitFor('both are well', () => [bus, consumer.bus].every((one) => one.state() === 'connected'));
  });

  it('misses a deleted queue also when nobody publishes or consumes, and its parking queue', async () => {
    await startBus(harness.bus);
    missing = [];
    await harness.deleteQueue(`${reviews}.parked`);
    await harness.deleteQueue(reviews);
    await waitFor('the queue is missed', () => missing.length > 0, { timeoutMs: 15_000 });
    await waitFor('both are there', () => harness.bus.state() === 'connected');
    expect(await harness.parked(reviews)).to.deep.equal([]);
    await publishAll(harness.bus, [reviewCreated()]);
  });

  it('asks again when the callback rejected, before as after the creation', async () => {
    await harness.stop();
    let calls = 0;
    harness = await createRabbitHarness(url, {
      async onMissingQueues() {
        calls++;
        if (calls === 3 || calls === 5) return;
        throw new Error('the database is away');
      },
    });
    await startBus(harness.bus);
    expect(calls, 'twice in vain before, and once after').to.equal(5);
  });

  it('waits for a queue that it may not create, and consumes once it is there', async () => {
    const { bus, handled } = await startConsumer();
    expect(
      await waitFor('it can publish', () => bus.publish([reviewCreated()]).catch(() => undefined)),
    ).to.deep.equal([{ status: 'unroutable' }]);
    expect(bus.state()).to.equal('connecting');
    await startBus(harness.bus);
    await waitFor('the consumer', () => bus.state() === 'connected');
    const event = reviewCreated();
    await publishAll(bus, [event]);
    await waitFor('the event', () => handled.length === 1);
    expect(handled).to.deep.equal([event]);
  });

  it('stops while it waits', async () => {
    const { bus } = await startConsumer();
    await waitFor('it can publish', () => bus.publish([]).catch(() => undefined));
    await bus.stop();
    expect(bus.state()).to.equal('stopped');
  });
});
