import { expect } from 'chai';
import { createMemoryBus } from '../../src/bus/index.ts';
import { PoisonMessageError, TransientError } from '../../src/errors.ts';
import { encodeEvent, type Event } from '../../src/events/index.ts';
import { createLogger } from '../../src/logger.ts';
import { Registry } from '../../src/metrics.ts';
import {
  createGate,
  describeBus,
  publishAll,
  rejection,
  reviewCreated,
  startBus,
} from '../../src/testing/bus-suite.ts';
import { waitFor } from '../../src/testing/wait-for.ts';

const log = createLogger({ name: 'test', level: 'silent' });
const queue = 'rating-service.reviews';

describeBus('memory bus', async () => {
  const metrics = new Registry();
  const bus = createMemoryBus({ log, metrics });
  return {
    bus,
    metrics,
    publishRaw: (to, content) => bus.deliver(to, content),
    parked: async (of) =>
      bus
        .parked()
        .filter((message) => message.queue === of)
        .map(({ code, content }) => ({ code, body: content.toString() })),
    stop: () => bus.stop(),
  };
});

describe('memory bus, as a publisher sees it', () => {
  it('confirms an event only once its consumer has handled it', async () => {
    const bus = createMemoryBus({ log });
    const order: string[] = [];
    const gate = createGate();
    bus.subscribe(queue, async () => {
      await gate.opened;
      order.push('handled');
    });
    await startBus(bus);
    const publishing = bus.publish([reviewCreated()]).then(() => order.push('confirmed'));
    await new Promise(setImmediate);
    gate.open();
    await publishing;
    expect(order).to.deep.equal(['handled', 'confirmed']);
    await bus.stop();
  });

  it('refuses what a handler failed on, with its reason, and tries nothing again by itself', async () => {
    const bus = createMemoryBus({ log });
    let calls = 0;
    bus.subscribe(queue, async () => {
      calls++;
      throw new TransientError('AWAY', { detail: 'The database is away' });
    });
    await startBus(bus);
    const outcomes = await bus.publish([reviewCreated(), reviewCreated()]);
    expect(outcomes).to.deep.equal(
      outcomes.map(() => ({ status: 'refused', reason: 'The database is away' })),
    );
    expect(calls).to.equal(1);
    await bus.stop();
  });

  it('refuses only the one event of a batch that a handler has a fault with', async () => {
    const bus = createMemoryBus({ log });
    const events = [reviewCreated(), reviewCreated(), reviewCreated()];
    bus.subscribe(queue, async (batch) => {
      if (batch.some(({ id }) => id === events[1]?.id)) throw new RangeError('out of range');
    });
    await startBus(bus);
    const outcomes = await bus.publish(events);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['confirmed', 'refused', 'confirmed']);
    await bus.stop();
  });

  it('gives up waiting for a slow consumer, and never hands over what was still waiting', async () => {
    const bus = createMemoryBus({ log, publishTimeoutMs: 20 });
    const received: Event[][] = [];
    const gate = createGate();
    bus.subscribe(queue, async (events) => {
      received.push(events);
      await gate.opened;
    });
    await startBus(bus);
    const [first, second, third] = [reviewCreated(), reviewCreated(), reviewCreated()];
    const running = rejection(bus.publish([first]));
    await waitFor('the first batch', () => received.length === 1);
    const waiting = rejection(bus.publish([second]));
    for (const error of await Promise.all([running, waiting])) {
      expect(error).to.be.instanceOf(TransientError).with.property('code', 'BUS_TIMEOUT');
    }
    gate.open();
    await publishAll(bus, [third]);
    expect(received).to.deep.equal([[first], [third]]);
    await bus.stop();
  });

  it('keeps the last thousand parked messages', async () => {
    const bus = createMemoryBus({ log });
    bus.subscribe(queue, async () => {});
    await startBus(bus);
    for (let count = 1; count <= 1001; count++) await bus.deliver(queue, Buffer.from(`not json ${count}`));
    const bodies = bus.parked().map(({ content }) => content.toString());
    expect(bodies).to.have.length(1000);
    expect([bodies.at(0), bodies.at(-1)]).to.deep.equal(['not json 2', 'not json 1001']);
    await bus.stop();
  });

  it('keeps with a parked message its queue, the reason, when it failed and how often it was tried', async () => {
    const bus = createMemoryBus({ log });
    bus.subscribe(queue, async () => {
      throw new PoisonMessageError('SPOILED', { detail: 'It is spoiled' });
    });
    await startBus(bus);
    const before = Date.now();
    const spoiled = encodeEvent(reviewCreated());
    for (const content of [spoiled, Buffer.from('{')])
      expect(await bus.deliver(queue, content)).to.deep.equal({ status: 'confirmed' });
    const parked = bus.parked().map(({ at, ...message }) => {
      expect(at.getTime()).to.be.within(before, Date.now());
      return message;
    });
    expect(parked).to.deep.equal([
      { queue, code: 'SPOILED', reason: 'It is spoiled', attempts: 1, content: spoiled },
      { queue, code: 'NOT_JSON', reason: 'The message is not JSON', attempts: 0, content: Buffer.from('{') },
    ]);
    await bus.stop();
  });

  it('refuses with whatever a handler threw', async () => {
    const bus = createMemoryBus({ log });
    bus.subscribe(queue, async () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a handler may
      throw 'a word';
    });
    await startBus(bus);
    expect(await bus.publish([reviewCreated()])).to.deep.equal([{ status: 'refused', reason: 'a word' }]);
    await bus.stop();
  });

  it('says why it takes nothing, and stays stopped', async () => {
    const bus = createMemoryBus({ log, publishTimeoutMs: 1 });
    const gate = createGate();
    bus.subscribe(queue, () => gate.opened);
    const failure = () => rejection(bus.publish([reviewCreated()]));
    expect(await failure()).to.have.property('message', 'The bus is connecting');
    await startBus(bus);
    expect(await failure()).to.have.property('message', 'The consumers took longer than 1 ms');
    gate.open();
    await bus.stop();
    await bus.start();
    expect(await failure()).to.have.property('message', 'The bus is stopped');
    expect(await rejection(bus.deliver(queue, Buffer.from('{}')))).to.be.instanceOf(TransientError);
  });

  it('says that nothing takes what is delivered to a queue without a consumer', async () => {
    const bus = createMemoryBus({ log });
    await startBus(bus);
    expect(await bus.deliver(queue, Buffer.from('{}'))).to.deep.equal({ status: 'unroutable' });
    await bus.stop();
  });
});
