import { expect } from 'chai';
import { createBusMetrics } from '../../src/bus/bus-metrics.ts';
import { createConsumer, type Delivery, type DeliveryRules, type Verdict } from '../../src/bus/consumer.ts';
import { PoisonMessageError, TransientError } from '../../src/errors.ts';
import { encodeEvent, type Event } from '../../src/events/index.ts';
import { createLogger } from '../../src/logger.ts';
import { Registry } from '../../src/metrics.ts';
import { createGate, ratingUpdated, reviewCreated } from '../../src/testing/bus-suite.ts';
import { waitFor } from '../../src/testing/wait-for.ts';

interface Numbered extends Delivery {
  n: number;
}

const queue = 'rating-service.reviews';
const log = createLogger({ name: 'test', level: 'silent' });
const content = () => encodeEvent(reviewCreated());
const faultOf = (n: number) => new RangeError(`fault ${n}`);

/** A consumer whose bus writes down what it is told, and answers what a test wants. */
function createHarness({ batchSize = 500 } = {}) {
  const metrics = new Registry();
  const harness = {
    events: [] as string[],
    live: (_delivery: Numbered) => true,
    verdicts: [] as Verdict[],
    /** When the first of a batch was said to have failed first, at each judgement. */
    failedAt: [] as (Date | undefined)[],
    /** What the handler throws, one call after the other; then it succeeds. */
    failures: [] as unknown[],
    handle: async (_events: Event[]) => {},
    parkingFails: 0,
    metric: async (name: string, labels: object) => {
      const { values } = await metrics.getSingleMetric(name)!.get();
      const wanted = JSON.stringify(labels);
      return values.find(({ labels }) => JSON.stringify(labels) === wanted)?.value ?? 0;
    },
  };
  const numbers = (batch: Numbered[]) => batch.map(({ n }) => n).join();
  const rules: DeliveryRules<Numbered> = {
    isLive: (delivery) => harness.live(delivery),
    ack: (batch) => void harness.events.push(`ack ${numbers(batch)}`),
    async park({ n, attempts }, { code, message }) {
      if (harness.parkingFails-- > 0) throw new TransientError('BUS_UNAVAILABLE');
      harness.events.push(`park ${n} ${code} after ${attempts}: ${message}`);
    },
    async judge(batch, _error, { failures, faults }) {
      harness.failedAt.push(batch[0]?.failedAt);
      harness.events.push(`judge ${numbers(batch)}: ${failures} failures, ${faults} faults`);
      return harness.verdicts.shift() ?? 'left';
    },
  };
  const consumer = createConsumer<Numbered>({
    queue,
    batchSize,
    rules,
    log,
    metrics: createBusMetrics(metrics),
    async handler(events) {
      harness.events.push(`handle ${events.length}`);
      if (harness.failures.length > 0) throw harness.failures.shift() as Error;
      await harness.handle(events);
    },
  });
  let pushed = 0;
  const push = (...contents: Buffer[]) => {
    const deliveries = contents.map((content): Numbered => ({ n: ++pushed, content, attempts: 0 }));
    deliveries.forEach((delivery) => consumer.push(delivery));
    return deliveries;
  };
  const said = (...events: string[]) =>
    // No time passes here but that of the event loop.
    waitFor(events.at(-1)!, () => expect(harness.events).to.deep.equal(events), { timeoutMs: 1_000 });
  return Object.assign(harness, { consumer, push, said });
}

describe('a consumer', () => {
  it('hands over together what comes together, up to its limit, and then the rest', async () => {
    const { push, said, metric } = createHarness({ batchSize: 2 });
    push(content(), content(), content());
    expect(await metric('ct_bus_waiting', { queue })).to.equal(3);
    await said('handle 2', 'ack 1,2', 'handle 1', 'ack 3');
    expect(await metric('ct_bus_waiting', { queue })).to.equal(0);
    expect(await metric('ct_bus_consumed_total', { queue, result: 'acked' })).to.equal(3);
  });

  it('works again after it had nothing to do', async () => {
    const { push, said } = createHarness();
    push(content());
    await said('handle 1', 'ack 1');
    push(content());
    await said('handle 1', 'ack 1', 'handle 1', 'ack 2');
  });

  it('has failures judged by their number in a row, and tells faults from what passes', async () => {
    const harness = createHarness();
    harness.failures = [new TransientError('AWAY'), faultOf(1), new TransientError('AWAY'), faultOf(2)];
    harness.verdicts = ['again', 'again', 'again', 'again'];
    const [first] = harness.push(content(), content());
    await harness.said(
      'handle 2',
      'judge 1,2: 1 failures, 0 faults',
      'handle 2',
      'judge 1,2: 2 failures, 1 faults',
      'handle 2',
      'judge 1,2: 3 failures, 1 faults',
      'handle 2',
      'judge 1,2: 4 failures, 2 faults',
      'handle 2',
      'ack 1,2',
    );
    expect(first).to.have.property('attempts', 5);
    expect(await harness.metric('ct_bus_consumed_total', { queue, result: 'retried' })).to.equal(8);
  });

  it('remembers when a delivery first failed', async () => {
    const harness = createHarness();
    harness.failures = [faultOf(1), faultOf(2)];
    harness.verdicts = ['again', 'again'];
    const [delivery] = harness.push(content());
    await waitFor('success', () => harness.events.at(-1) === 'ack 1', { timeoutMs: 1_000 });
    expect(harness.failedAt).to.have.length(2);
    expect(harness.failedAt[0]).to.be.instanceOf(Date);
    for (const time of [harness.failedAt[1], delivery!.failedAt]) expect(time).to.equal(harness.failedAt[0]);
  });

  it('does no more for deliveries that it is to leave, and goes on', async () => {
    const harness = createHarness();
    harness.failures = [faultOf(1)];
    harness.push(content(), content());
    await harness.said('handle 2', 'judge 1,2: 1 failures, 1 faults');
    harness.push(content());
    await harness.said('handle 2', 'judge 1,2: 1 failures, 1 faults', 'handle 1', 'ack 3');
  });

  it('hands deliveries over one by one if that is the verdict', async () => {
    const harness = createHarness();
    harness.failures = [faultOf(1)];
    harness.verdicts = ['split'];
    harness.push(content(), content());
    await harness.said(
      'handle 2',
      'judge 1,2: 1 failures, 1 faults',
      'handle 1',
      'ack 1',
      'handle 1',
      'ack 2',
    );
  });

  it('finds the poison in a large batch without handing over all of it one by one', async () => {
    const harness = createHarness({ batchSize: 1_000 });
    const sizes: number[] = [];
    harness.handle = async (events) => {
      sizes.push(events.length);
      if (events.some(({ subject }) => subject === spoiled.subject)) throw new PoisonMessageError('SPOILED');
    };
    const spoiled = reviewCreated();
    const good = Array.from({ length: 999 }, content);
    harness.push(...good.slice(0, 500), encodeEvent(spoiled), ...good.slice(500));
    await waitFor('the end', () => harness.events.at(-1)?.endsWith(',1000') === true);
    expect(sizes).to.deep.equal([
      1_000,
      ...Array<number>(51).fill(10),
      ...Array<number>(10).fill(1),
      ...Array<number>(49).fill(10),
    ]);
    expect(harness.events.filter((event) => event.startsWith('park'))).to.have.length(1);
    expect(await harness.metric('ct_bus_consumed_total', { queue, result: 'acked' })).to.equal(999);
  });

  it('hands a large batch over in pieces from the third failure on, as those may be done in time', async () => {
    const harness = createHarness({ batchSize: 1_000 });
    const sizes: number[] = [];
    harness.handle = async (events) => {
      sizes.push(events.length);
      if (events.length > 10) throw new TransientError('DATABASE_UNAVAILABLE');
    };
    harness.verdicts = Array<Verdict>(6).fill('again');
    harness.push(...Array.from({ length: 501 }, content));
    await waitFor('the end', () => harness.events.at(-1)?.endsWith(',501') === true);
    expect(sizes.slice(0, 4)).to.deep.equal([501, 501, 501, 6]);
    expect(await harness.metric('ct_bus_consumed_total', { queue, result: 'acked' })).to.equal(501);
  });

  it('parks deliveries with the fault if that is the verdict', async () => {
    const harness = createHarness();
    harness.failures = [faultOf(1), 'a word'];
    harness.verdicts = ['park', 'park'];
    harness.push(content());
    await harness.said('handle 1', 'judge 1: 1 failures, 1 faults', 'park 1 HANDLER_FAILED after 1: fault 1');
    harness.events.length = 0;
    harness.push(content());
    await harness.said('handle 1', 'judge 2: 1 failures, 1 faults', 'park 2 HANDLER_FAILED after 1: a word');
    expect(await harness.metric('ct_bus_consumed_total', { queue, result: 'parked' })).to.equal(2);
  });

  it('finds the poison in a batch without asking, and parks it alone', async () => {
    const harness = createHarness();
    const poison = new PoisonMessageError('SPOILED', { detail: 'It is spoiled' });
    harness.failures = [poison, poison];
    harness.push(content(), content());
    await harness.said('handle 2', 'handle 1', 'park 1 SPOILED after 2: It is spoiled', 'handle 1', 'ack 2');
    expect(await harness.metric('ct_bus_consumed_total', { queue, result: 'retried' })).to.equal(0);
  });

  it('parks what it cannot read or must not take, before it hands over the others', async () => {
    const harness = createHarness();
    harness.push(Buffer.from('{'), content(), encodeEvent(ratingUpdated()));
    await harness.said(
      'park 1 NOT_JSON after 0: The message is not JSON',
      'park 3 WRONG_QUEUE after 0: The queue takes no rating-updated events',
      'handle 1',
      'ack 2',
    );
  });

  it('tries to park until it can', async () => {
    const harness = createHarness();
    harness.parkingFails = 2;
    harness.push(Buffer.from('{'));
    await harness.said(
      'judge 1: 1 failures, 0 faults',
      'judge 1: 2 failures, 0 faults',
      'park 1 NOT_JSON after 0: The message is not JSON',
    );
  });

  it('gives up parking what nobody waits for any more', async () => {
    const harness = createHarness();
    harness.parkingFails = Infinity;
    harness.live = () => harness.events.length < 2;
    harness.push(Buffer.from('{'));
    await harness.said('judge 1: 1 failures, 0 faults', 'judge 1: 2 failures, 0 faults');
    await harness.consumer.stop();
    expect(harness.events).to.have.length(2);
  });

  it('passes over what nobody waits for any more', async () => {
    const harness = createHarness();
    harness.live = ({ n }) => n === 2;
    harness.push(content(), content(), content());
    await harness.said('handle 1', 'ack 2');
    harness.push(content());
    harness.live = () => true;
    harness.consumer.sweep();
    await harness.said('handle 1', 'ack 2', 'handle 1', 'ack 4');
  });

  it('forgets on a sweep what waits in vain', async () => {
    const harness = createHarness({ batchSize: 1 });
    const gate = createGate();
    harness.handle = () => gate.opened;
    harness.push(content(), content(), content());
    await harness.said('handle 1');
    harness.live = ({ n }) => n !== 2;
    harness.consumer.sweep();
    expect(await harness.metric('ct_bus_waiting', { queue })).to.equal(1);
    gate.open();
    await harness.said('handle 1', 'ack 1', 'handle 1', 'ack 3');
  });

  it('lets the running batch finish at a stop, and takes nothing more', async () => {
    const harness = createHarness({ batchSize: 1 });
    const gate = createGate();
    harness.handle = () => gate.opened;
    harness.push(content(), content());
    await harness.said('handle 1');
    const stopping = harness.consumer.stop().then(() => harness.events.push('stopped'));
    harness.push(content());
    expect(await harness.metric('ct_bus_waiting', { queue })).to.equal(0);
    gate.open();
    await stopping;
    expect(harness.events).to.deep.equal(['handle 1', 'ack 1', 'stopped']);
  });
});
