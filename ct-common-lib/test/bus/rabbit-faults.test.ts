import { expect } from 'chai';
import { createRabbitBus, type RabbitBusOptions } from '../../src/bus/index.ts';
import { PoisonMessageError, TransientError } from '../../src/errors.ts';
import { cloudEventsMediaType, type Event } from '../../src/events/index.ts';
import { Registry } from '../../src/metrics.ts';
import { createGate, publishAll, rejection, reviewCreated, startBus } from '../../src/testing/bus-suite.ts';
import { describeWithRabbit } from '../../src/testing/services.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { createTcpProxy, targetOf, through, type TcpProxy } from '../support/tcp-proxy.ts';
import { connectionFrame, shortString } from './amqp-frame.ts';
import { createRabbitHarness, log } from './rabbit-harness.ts';

const queue = 'rating-service.reviews';

/** Publishes until the broker has confirmed it, whatever the link does meanwhile. */
const publishInTheEnd = (
  bus: { publish: (events: Event[]) => Promise<{ status: string }[]> },
  event: Event,
) =>
  waitFor('the event is confirmed', async () => (await bus.publish([event]))[0]?.status === 'confirmed', {
    timeoutMs: 15_000,
  });

describeWithRabbit('RabbitMQ bus on a bad day', (url) => {
  let harness: Awaited<ReturnType<typeof createRabbitHarness>>;
  let proxy: TcpProxy;

  async function begin({ query = '', ...options }: Partial<RabbitBusOptions> & { query?: string } = {}) {
    proxy = createTcpProxy(targetOf(url));
    await proxy.open();
    harness = await createRabbitHarness(url, { url: through(proxy, url) + query, ...options });
    return harness.bus;
  }

  /** Nothing gets through until `heal`, but is not lost either. */
  const silence = () => proxy.delay(3_600_000);

  /** Waits until the bus has replaced both of its connections. */
  const replaced = (before: number) =>
    waitFor(
      'two new connections',
      () => proxy.accepted() >= before + 2 && harness.bus.state() === 'connected',
      {
        timeoutMs: 15_000,
      },
    );

  afterEach(async () => {
    await harness.stop();
    await proxy.close();
  });

  const valueOf = async (metric: string) =>
    (await harness.metrics.getSingleMetric(metric)?.get())?.values[0]?.value;

  it('reconnects after its connections were cut, and loses nothing that was acknowledged or not', async () => {
    const bus = await begin();
    const handled = new Map<string, number>();
    const gate = createGate();
    let running = 0;
    let most = 0;
    bus.subscribe(
      queue,
      async (events) => {
        most = Math.max(most, ++running);
        if (handled.size === 3) await gate.opened;
        for (const { id } of events) handled.set(id, (handled.get(id) ?? 0) + 1);
        running--;
      },
      { batchSize: 1 },
    );
    await startBus(bus);
    const events = Array.from({ length: 8 }, () => reviewCreated());
    for (const event of events) await publishInTheEnd(bus, event);
    await waitFor('three handled, and the fourth on its way', () => handled.size === 3 && running === 1);
    const before = proxy.accepted();
    proxy.cut();
    await replaced(before);
    await waitFor('two that the broker delivers again', async () => (await valueOf('ct_bus_waiting')) === 2);
    gate.open();
    const late = reviewCreated();
    await publishInTheEnd(bus, late);
    await waitFor('all nine', () => handled.size === 9);
    const times = [...events, late].map(({ id }) => handled.get(id));
    expect(times, 'the acknowledged are not delivered again, the running one is').to.deep.equal([
      1, 1, 1, 2, 1, 1, 1, 1, 1,
    ]);
    expect(most, 'batches at once').to.equal(1);
    await bus.stop();
    expect(await harness.messagesOf(queue)).to.deep.equal([]);
    expect(await valueOf('ct_bus_redelivered_total')).to.equal(2);
  });

  it('reconnects after the broker closed its connections in good order', async () => {
    const bus = await begin();
    const handled: Event[] = [];
    bus.subscribe(queue, async (events) => void handled.push(...events));
    await startBus(bus);
    const forced = Buffer.concat([
      Buffer.from([320 >> 8, 320 & 0xff]),
      shortString('shutdown'),
      Buffer.alloc(4),
    ]);
    const before = proxy.accepted();
    proxy.inject(connectionFrame(50, forced));
    await replaced(before);
    const event = reviewCreated();
    await publishInTheEnd(bus, event);
    await waitFor('the event', () => handled.length === 1);
    expect(handled).to.deep.equal([event]);
  });

  it('starts without a broker, says so to publishers, and works once there is one', async () => {
    const bus = await begin();
    await proxy.close();
    const handled: Event[] = [];
    bus.subscribe(queue, async (events) => void handled.push(...events));
    await bus.start();
    const event = reviewCreated();
    const error = await rejection(bus.publish([event]));
    expect(error).to.be.instanceOf(TransientError).with.property('code', 'BUS_UNAVAILABLE');
    expect(bus.state()).to.equal('connecting');
    await proxy.open();
    await publishInTheEnd(bus, event);
    await waitFor('the event', () => handled.length === 1);
    expect(handled).to.deep.equal([event]);
  });

  it('declares its parking queue again when somebody deleted it, and loses no poison', async () => {
    const bus = await begin();
    bus.subscribe(queue, async () => {
      throw new PoisonMessageError('BAD');
    });
    await startBus(bus);
    const channel = await harness.admin.createChannel();
    await channel.deleteQueue(`${harness.prefix}${queue}.parked`);
    await publishAll(bus, [reviewCreated()]);
    await waitFor('the parked message', async () => (await harness.parked(queue)).length === 1);
  });

  it('works with a queue that was declared differently as it is', async () => {
    const bus = await begin();
    await harness.createQueue(queue, { 'x-max-length': 2_000_000 });
    const handled: Event[] = [];
    bus.subscribe(queue, async (events) => void handled.push(...events));
    await bus.start();
    await waitFor('the consumer', () => bus.state() === 'connected');
    const event = reviewCreated();
    await publishAll(bus, [event]);
    await waitFor('the event', () => handled.length === 1);
    expect(handled).to.deep.equal([event]);
  });

  it('notices by heartbeat that a link is dead, and takes another', async () => {
    const bus = await begin({ query: '?heartbeat=1' });
    const handled: Event[] = [];
    bus.subscribe(queue, async (events) => void handled.push(...events));
    await startBus(bus);
    const before = proxy.accepted();
    proxy.blackHole();
    await waitFor('another try', () => proxy.accepted() > before);
    proxy.heal();
    await replaced(before);
    const event = reviewCreated();
    await publishInTheEnd(bus, event);
    await waitFor('the event', () => handled.length === 1);
    expect(handled).to.deep.equal([event]);
  });

  it('stops also when the link is dead, and leaves no socket behind', async () => {
    const bus = await begin();
    bus.subscribe(queue, async () => {});
    await startBus(bus);
    proxy.blackHole();
    await bus.stop();
    await waitFor('its sockets to be gone', () => proxy.connections() === 0);
  });

  it('rejects a publish whose confirm never comes, and the next one works', async () => {
    const bus = await begin({ publishTimeoutMs: 50 });
    const handled: string[] = [];
    bus.subscribe(queue, async (events) => void handled.push(...events.map(({ id }) => id)));
    await startBus(bus);
    silence();
    const error = await rejection(bus.publish([reviewCreated()]));
    expect(error).to.be.instanceOf(TransientError).with.property('code', 'BUS_TIMEOUT');
    proxy.heal();
    const event = reviewCreated();
    await publishInTheEnd(bus, event);
    await waitFor('the event', () => handled.includes(event.id));
  });

  it('gives every 500 events their time, so that many go through a slow link', async () => {
    const publishTimeoutMs = 2_000;
    const bus = await begin({ publishTimeoutMs });
    bus.subscribe(queue, async () => {});
    await startBus(bus);
    proxy.delay(300);
    const started = performance.now();
    const outcomes = await bus.publish(Array.from({ length: 2_500 }, () => reviewCreated()));
    expect(outcomes.every(({ status }) => status === 'confirmed')).to.equal(true);
    expect(performance.now() - started, 'ms, more than the time of one slice').to.be.above(publishTimeoutMs);
    proxy.heal();
  });

  it('rejects a publish whose connection is lost before the confirm', async () => {
    const bus = await begin();
    bus.subscribe(queue, async () => {});
    await startBus(bus);
    silence();
    const publishing = rejection(bus.publish([reviewCreated()]));
    proxy.cut();
    expect(await publishing)
      .to.be.instanceOf(TransientError)
      .with.property('code', 'BUS_UNAVAILABLE');
    proxy.heal();
  });

  it('rejects at once while the broker is short of memory, and also what was on its way', async () => {
    const bus = await begin();
    bus.subscribe(queue, async () => {});
    await startBus(bus);
    silence();
    const onItsWay = rejection(bus.publish([reviewCreated()]));
    proxy.inject(connectionFrame(60, shortString('low on memory')));
    const blocked = await onItsWay;
    expect(blocked).to.be.instanceOf(TransientError).with.property('code', 'BUS_UNAVAILABLE');
    expect(blocked).to.have.property('message').that.includes('low on memory');
    expect(bus.state()).to.equal('blocked');
    const refused = await rejection(bus.publish([reviewCreated()]));
    expect(refused).to.be.instanceOf(TransientError).with.property('code', 'BUS_UNAVAILABLE');
    proxy.heal();
    proxy.inject(connectionFrame(61));
    await publishInTheEnd(bus, reviewCreated());
  });

  it('reports an event as refused that a full queue does not take', async () => {
    const bus = await begin();
    await harness.createQueue(queue, { 'x-max-length': 1 });
    await bus.start();
    await publishInTheEnd(bus, reviewCreated());
    await waitFor('a refusal', async () => (await bus.publish([reviewCreated()]))[0]?.status === 'refused');
  });

  it('parks with the message as it came and the circumstances beside it', async () => {
    const bus = await begin();
    bus.subscribe(queue, async () => {
      throw new PoisonMessageError('BAD', { detail: 'x'.repeat(5_000) });
    });
    await startBus(bus);
    const event = reviewCreated();
    await publishAll(bus, [event]);
    const message = await waitFor(
      'it is parked',
      async () => (await harness.messagesOf(`${queue}.parked`))[0],
    );
    expect(JSON.parse(message.content.toString())).to.deep.equal(event);
    expect(message.properties).to.include({
      contentType: cloudEventsMediaType,
      messageId: event.id,
      deliveryMode: 2,
    });
    const headers = message.properties.headers ?? {};
    expect(headers).to.include({
      'x-parked-code': 'BAD',
      'x-parked-reason': 'x'.repeat(1_000),
      'x-parked-attempts': 1,
    });
    expect(new Date(String(headers['x-parked-at'])).getTime()).to.be.at.least(new Date(event.time).getTime());
  });

  it('parks also a message whose headers leave no room for the reason, or say where it must go', async () => {
    const bus = await begin();
    const handled: Event[] = [];
    bus.subscribe(queue, async (events) => void handled.push(...events));
    await startBus(bus);
    const channel = await harness.admin.createConfirmChannel();
    const send = (content: string, options: object) =>
      channel.sendToQueue(harness.prefix + queue, Buffer.from(content), { persistent: true, ...options });
    send('large', { headers: { large: 'x'.repeat(65_300) } });
    send('astray', { headers: { CC: [harness.prefix + queue] }, userId: 'guest', expiration: 600_000 });
    await channel.waitForConfirms();
    const event = reviewCreated();
    await publishAll(bus, [event]);
    await waitFor('the good one', () => handled.length === 1);
    const parked = await waitFor('two parked', async () => {
      const messages = await harness.messagesOf(`${queue}.parked`);
      return messages.length === 2 ? messages : undefined;
    });
    expect(parked.map(({ content }) => content.toString())).to.have.members(['large', 'astray']);
    for (const { properties } of parked) expect(properties.expiration).to.equal(undefined);
    expect(await harness.messagesOf(queue), 'copies of it').to.deep.equal([]);
  });

  it('parks the one message that a handler keeps failing on, so that it blocks no other', async () => {
    const bus = await begin({ retryPauseMs: 1 });
    const [good, bad, other] = [reviewCreated(), reviewCreated(), reviewCreated()];
    const handled = new Set<string>();
    const gate = createGate();
    let calls = 0;
    bus.subscribe(queue, async (events) => {
      if (calls++ === 0) await gate.opened;
      if (events.some(({ id }) => id === bad.id)) throw new TypeError('x is undefined');
      for (const { id } of events) handled.add(id);
    });
    await startBus(bus);
    await publishAll(bus, [reviewCreated()]);
    await waitFor('the first batch', () => calls === 1);
    await publishAll(bus, [good, bad, other]);
    gate.open();
    const message = await waitFor(
      'it is parked',
      async () => (await harness.messagesOf(`${queue}.parked`))[0],
    );
    expect(message.properties.messageId).to.equal(bad.id);
    expect(message.properties.headers).to.include({
      'x-parked-code': 'HANDLER_FAILED',
      'x-parked-reason': 'x is undefined',
    });
    await waitFor('the others', () => handled.has(good.id) && handled.has(other.id));
  });

  it('keeps a message for as long as its fault may pass', async () => {
    const bus = await begin({ retryPauseMs: 1 });
    let calls = 0;
    bus.subscribe(queue, async () => {
      if (++calls < 50) throw new TransientError('DATABASE_UNAVAILABLE');
    });
    await startBus(bus);
    await publishAll(bus, [reviewCreated()]);
    await waitFor('fifty tries', () => calls === 50);
    await bus.stop();
    expect(await harness.messagesOf(queue)).to.deep.equal([]);
    expect(await harness.parked(queue)).to.deep.equal([]);
  });

  it('leaves to the broker what a stopped handler had not done, and another bus does it', async () => {
    const bus = await begin();
    let calls = 0;
    bus.subscribe(queue, async () => {
      calls++;
      throw new TransientError('DATABASE_UNAVAILABLE');
    });
    await startBus(bus);
    const event = reviewCreated();
    await publishAll(bus, [event]);
    await waitFor('a try', () => calls > 0);
    await bus.stop();

    const other = createRabbitBus({
      url,
      name: 'other',
      log,
      metrics: new Registry(),
      prefix: harness.prefix,
    });
    const handled: Event[] = [];
    other.subscribe(queue, async (events) => void handled.push(...events));
    await other.start();
    await waitFor('the event', () => handled.length === 1);
    await other.stop();
    expect(handled).to.deep.equal([event]);
  });

  it('acknowledges nothing past a message that it had to leave', async () => {
    const bus = await begin();
    const events = [reviewCreated(), reviewCreated()];
    const tried: number[] = [];
    const gate = createGate();
    bus.subscribe(queue, async (batch) => {
      tried.push(batch.length);
      if (tried.length === 1) await gate.opened;
      else if (batch.length > 1) throw new PoisonMessageError('ONE_OF_THEM');
      else if (batch[0]?.id === events[0]?.id) throw new TransientError('AWAY');
    });
    await startBus(bus);
    await publishAll(bus, [reviewCreated()]);
    await waitFor('the first batch', () => tried.length === 1);
    await publishAll(bus, events);
    await waitFor('two that wait', async () => (await valueOf('ct_bus_waiting')) === 2);
    gate.open();
    await waitFor('a try of one alone', () => tried.includes(1, 1));
    await bus.stop();
    const left = (await harness.messagesOf(queue)).map(({ properties }) => String(properties.messageId));
    expect(left).to.have.members(events.map(({ id }) => id));
  });

  it('lets the batch that is running while it stops publish', async () => {
    const bus = await begin();
    const gate = createGate();
    const outcomes: string[] = [];
    let begun = false;
    bus.subscribe(queue, async () => {
      begun = true;
      await gate.opened;
      outcomes.push(...(await bus.publish([reviewCreated()])).map(({ status }) => status));
    });
    await startBus(bus);
    await publishAll(bus, [reviewCreated()]);
    await waitFor('the batch to begin', () => begun);
    const stopping = bus.stop();
    gate.open();
    await stopping;
    expect(outcomes).to.deep.equal(['confirmed']);
  });

  it('has the broker park what it gives up on itself', async () => {
    const bus = await begin();
    bus.subscribe(queue, async () => {});
    await startBus(bus);
    await bus.stop();
    await harness.publishRaw(queue, Buffer.from('given up'));
    const channel = await harness.admin.createChannel();
    const message = await channel.get(harness.prefix + queue);
    if (message) channel.nack(message, false, false);
    const [parked] = await waitFor('the broker parks it', async () => {
      const messages = await harness.messagesOf(`${queue}.parked`);
      return messages.length === 1 ? messages : undefined;
    });
    expect(parked?.content.toString()).to.equal('given up');
    expect(parked?.properties.headers?.['x-death']?.[0]).to.include({
      reason: 'rejected',
      queue: harness.prefix + queue,
    });
  });
});
