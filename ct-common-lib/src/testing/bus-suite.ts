import { expect } from 'chai';
import { v7 as uuidv7 } from 'uuid';
import type { Bus, PublishOutcome } from '../bus/bus.ts';
import type { QueueName } from '../bus/topology.ts';
import { PoisonMessageError, TransientError } from '../errors.ts';
import { createEvent, encodeEvent, type Event, type RatingData, type ReviewData } from '../events/index.ts';
import type { Registry } from '../metrics.ts';
import { waitFor } from './wait-for.ts';

/** A bus that is not started yet, on queues of its own, and what a test must see of it from outside. */
export interface BusHarness {
  bus: Bus;
  metrics: Registry;
  /** Puts bytes into a queue as they are, past the exchange. */
  publishRaw(queue: QueueName, content: Buffer): Promise<unknown>;
  /** What was parked, with the reason's code and the message as it came. */
  parked(queue: QueueName): Promise<{ code: string; body: string }[]>;
  /** Stops the bus and removes what it declared. */
  stop(): Promise<void>;
}

const reviews = 'rating-service.reviews';
const ratings = 'api-service.ratings';

export function reviewCreated(data: Partial<ReviewData> = {}) {
  const productId = uuidv7();
  return createEvent('review-created', {
    source: '/test',
    subject: data.productId ?? productId,
    data: { reviewId: uuidv7(), productId, rating: 4, version: 1, ...data },
  });
}

export function ratingUpdated(data: Partial<RatingData> = {}) {
  const productId = uuidv7();
  const rating = {
    reviewCount: 1,
    ratingSum: 4,
    distribution: [0, 0, 0, 1, 0],
    averageRating: 4,
    version: 1,
  } as const;
  return createEvent('rating-updated', {
    source: '/test',
    subject: data.productId ?? productId,
    data: { productId, ...rating, distribution: [...rating.distribution], ...data },
  });
}

/** Publishes until every event is confirmed, as the outbox does. */
export async function publishAll(bus: Bus, events: Event[]) {
  await waitFor('every event is confirmed', async () => {
    const outcomes = await bus.publish(events);
    events = events.filter((_, index) => outcomes[index]?.status !== 'confirmed');
    return events.length === 0;
  });
}

export async function startBus(bus: Bus) {
  await bus.start();
  await waitFor('the bus is connected', () => bus.state() === 'connected');
}

async function publishConfirmed(bus: Bus, event: Event) {
  expect(await bus.publish([event])).to.deep.equal([{ status: 'confirmed' }]);
}

/** What went wrong in a promise that must reject. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It did not reject');
}

/** A point that a handler waits at until the test opens it. */
export function createGate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

/** What every bus guarantees. */
export function describeBus(title: string, createHarness: () => Promise<BusHarness>) {
  describe(title, () => {
    let harness: BusHarness;
    let bus: Bus;

    beforeEach(async () => {
      harness = await createHarness();
      bus = harness.bus;
    });
    afterEach(() => harness.stop());

    const metric = async (name: string, labels: Record<string, string>) => {
      const { values } = (await harness.metrics.getSingleMetric(name)?.get()) ?? { values: [] };
      const matches = values.filter((value) =>
        Object.entries(labels).every(([label, is]) => value.labels[label] === is),
      );
      return matches.reduce((sum, { value }) => sum + value, 0);
    };

    const parked = (count: number) =>
      waitFor(`${count} parked messages`, async () => {
        const messages = await harness.parked(reviews);
        return messages.length === count ? messages : undefined;
      });

    it('delivers an event with its data', async () => {
      const event = reviewCreated({ rating: 2, version: 7 });
      const received: Event[] = [];
      bus.subscribe(reviews, async (events) => void received.push(...events));
      await startBus(bus);
      expect(await bus.publish([event])).to.deep.equal([{ status: 'confirmed' }]);
      await waitFor('the event', () => received.length === 1);
      expect(received).to.deep.equal([event]);
      expect(received[0], 'an object of its own').not.to.equal(event);
    });

    it('delivers to the queues that take the type, and to no other', async () => {
      const received: Record<string, string[]> = { [reviews]: [], [ratings]: [] };
      for (const queue of [reviews, ratings] as const) {
        bus.subscribe(queue, async (events) => void received[queue]?.push(...events.map(({ type }) => type)));
      }
      await startBus(bus);
      await publishAll(bus, [reviewCreated(), ratingUpdated(), reviewCreated()]);
      await waitFor('all three', () => Object.values(received).flat().length === 3);
      expect(received).to.deep.equal({
        [reviews]: ['review-created', 'review-created'],
        [ratings]: ['rating-updated'],
      });
    });

    it('says which events no queue takes, with the outcomes in the order of the events', async () => {
      bus.subscribe(reviews, async () => {});
      await startBus(bus);
      const twice = ratingUpdated();
      const outcomes = await bus.publish([twice, reviewCreated(), twice, reviewCreated()]);
      expect(outcomes.map(({ status }) => status)).to.deep.equal([
        'unroutable',
        'confirmed',
        'unroutable',
        'confirmed',
      ]);
    });

    it('delivers two thousand events that are published at once, in their order', async () => {
      const received: number[] = [];
      bus.subscribe(reviews, async (events) => {
        for (const { data } of events) received.push(data.version);
      });
      await startBus(bus);
      const outcomes = await bus.publish(
        Array.from({ length: 2000 }, (_, index) => reviewCreated({ version: index + 1 })),
      );
      expect(outcomes).to.deep.equal(Array.from({ length: 2000 }, () => ({ status: 'confirmed' })));
      await waitFor('all of them', () => received.length === 2000);
      expect(received).to.deep.equal(Array.from({ length: 2000 }, (_, index) => index + 1));
    });

    it('publishes nothing without complaint', async () => {
      await startBus(bus);
      expect(await bus.publish([])).to.deep.equal([]);
    });

    it('hands one event over at once, and then all that came meanwhile, up to the limit', async () => {
      const sizes: number[] = [];
      const gate = createGate();
      bus.subscribe(
        reviews,
        async (events) => {
          sizes.push(events.length);
          await gate.opened;
        },
        { batchSize: 5 },
      );
      await startBus(bus);
      const first = bus.publish([reviewCreated()]);
      await waitFor('the first batch', () => sizes.length === 1);
      const others = bus.publish(Array.from({ length: 7 }, () => reviewCreated()));
      await waitFor(
        'seven that wait',
        async () => (await metric('ct_bus_waiting', { queue: reviews })) === 7,
      );
      gate.open();
      await Promise.all([first, others]);
      await waitFor('all of them', () => sizes.reduce((sum, size) => sum + size, 0) === 8);
      expect(sizes).to.deep.equal([1, 5, 2]);
    });

    it('never hands over two batches of a queue at once', async () => {
      let running = 0;
      let most = 0;
      let seen = 0;
      bus.subscribe(
        reviews,
        async (events) => {
          most = Math.max(most, ++running);
          await new Promise(setImmediate);
          seen += events.length;
          running--;
        },
        { batchSize: 3 },
      );
      await startBus(bus);
      await Promise.all(Array.from({ length: 30 }, () => publishAll(bus, [reviewCreated()])));
      await waitFor('all of them', () => seen === 30);
      expect(most).to.equal(1);
    });

    for (const [what, error] of [
      ['a transient fault', new TransientError('DATABASE_UNAVAILABLE')],
      ['a fault of its own', new TypeError('x is not a function')],
    ] as const) {
      it(`delivers again to a handler that threw ${what}`, async () => {
        const event = reviewCreated();
        const received: Event[] = [];
        bus.subscribe(reviews, async (events) => {
          received.push(...events);
          if (received.length < 3) throw error;
        });
        await startBus(bus);
        await publishAll(bus, [event]);
        await waitFor('the third delivery', () => received.length === 3);
        expect(received).to.deep.equal([event, event, event]);
        expect(await harness.parked(reviews)).to.deep.equal([]);
      });
    }

    it('parks what the handler calls poison, with the reason, and goes on', async () => {
      const bad = reviewCreated();
      const good = reviewCreated();
      const handled: string[] = [];
      bus.subscribe(reviews, async ([event]) => {
        if (event?.id === bad.id)
          throw new PoisonMessageError('NO_SUCH_PRODUCT', { detail: 'Nothing to rate' });
        handled.push(event?.id ?? 'none');
      });
      await startBus(bus);
      await publishAll(bus, [bad]);
      await publishAll(bus, [good]);
      expect(await parked(1)).to.deep.equal([{ code: 'NO_SUCH_PRODUCT', body: encodeEvent(bad).toString() }]);
      await waitFor('the good one', () => handled.length === 1);
      expect(handled).to.deep.equal([good.id]);
    });

    it('parks one poison out of a batch, and handles the others', async () => {
      const events = Array.from({ length: 5 }, () => reviewCreated());
      const bad = events[2];
      const handled: string[] = [];
      const gate = createGate();
      let first = true;
      bus.subscribe(reviews, async (batch) => {
        if (first) {
          first = false;
          await gate.opened;
        }
        if (batch.some(({ id }) => id === bad?.id)) throw new PoisonMessageError('BAD');
        handled.push(...batch.map(({ id }) => id));
      });
      await startBus(bus);
      const opener = reviewCreated();
      const publishing = [bus.publish([opener])];
      await waitFor('the first batch', () => !first);
      publishing.push(bus.publish(events));
      await waitFor('five that wait', async () => (await metric('ct_bus_waiting', { queue: reviews })) === 5);
      gate.open();
      await Promise.all(publishing);
      expect((await parked(1)).map(({ code }) => code)).to.deep.equal(['BAD']);
      await waitFor('the others', () => handled.length === 5);
      expect(handled).to.deep.equal([opener, ...events.filter((event) => event !== bad)].map(({ id }) => id));
    });

    const unreadable: [string, string][] = [
      ['NOT_JSON', '{"specversion":'],
      ['NOT_A_CLOUDEVENT', '{"hello":"world"}'],
      ['UNKNOWN_EVENT_TYPE', JSON.stringify({ ...reviewCreated(), type: 'review-liked' })],
      ['EVENT_SCHEMA', JSON.stringify({ ...reviewCreated(), data: { rating: 6 } })],
      ['WRONG_QUEUE', encodeEvent(ratingUpdated()).toString()],
    ];
    for (const [code, body] of unreadable) {
      it(`parks a message that is ${code}, and goes on`, async () => {
        const handled: Event[] = [];
        bus.subscribe(reviews, async (events) => void handled.push(...events));
        await startBus(bus);
        await harness.publishRaw(reviews, Buffer.from(body));
        const good = reviewCreated();
        await publishAll(bus, [good]);
        expect(await parked(1)).to.deep.equal([{ code, body }]);
        await waitFor('the good one', () => handled.length === 1);
        expect(handled).to.deep.equal([good]);
      });
    }

    it('lets a handler publish to another queue', async () => {
      const received: Event[] = [];
      const outcomes: PublishOutcome[] = [];
      const updated = ratingUpdated();
      bus.subscribe(reviews, async () => void outcomes.push(...(await bus.publish([updated]))));
      bus.subscribe(ratings, async (events) => void received.push(...events));
      await startBus(bus);
      await publishAll(bus, [reviewCreated()]);
      await waitFor('the nested event', () => received.length === 1);
      await waitFor('its outcome', () => outcomes.length === 1);
      expect({ received, outcomes }).to.deep.equal({
        received: [updated],
        outcomes: [{ status: 'confirmed' }],
      });
    });

    it('lets the running batch finish before it stops', async () => {
      const order: string[] = [];
      const gate = createGate();
      bus.subscribe(reviews, async () => {
        order.push('begun');
        await gate.opened;
        order.push('finished');
      });
      await startBus(bus);
      const publishing = bus.publish([reviewCreated()]);
      await waitFor('the batch to begin', () => order.length === 1);
      const stopping = bus.stop().then(() => order.push('stopped'));
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
      gate.open();
      await stopping;
      expect(order).to.deep.equal(['begun', 'finished', 'stopped']);
      expect(await publishing).to.deep.equal([{ status: 'confirmed' }]);
    });

    it('hands nothing over once it stops', async () => {
      let batches = 0;
      const gate = createGate();
      bus.subscribe(
        reviews,
        async () => {
          batches++;
          await gate.opened;
        },
        { batchSize: 1 },
      );
      await startBus(bus);
      const publishing = Promise.allSettled([bus.publish([reviewCreated()]), bus.publish([reviewCreated()])]);
      await waitFor('one that waits', async () => (await metric('ct_bus_waiting', { queue: reviews })) === 1);
      const stopping = bus.stop();
      gate.open();
      await Promise.all([stopping, publishing]);
      expect(batches).to.equal(1);
    });

    it('may be stopped twice, and without having been started', async () => {
      bus.subscribe(reviews, async () => {});
      await Promise.all([bus.stop(), bus.stop()]);
      await bus.stop();
      expect(bus.state()).to.equal('stopped');
    });

    it('rejects what is published before it starts or after it stops, as a fault that may pass', async () => {
      bus.subscribe(reviews, async () => {});
      expect(bus.state()).to.equal('connecting');
      const before = await rejection(bus.publish([reviewCreated()]));
      await startBus(bus);
      await publishAll(bus, [reviewCreated()]);
      await bus.stop();
      const after = await rejection(bus.publish([reviewCreated()]));
      for (const error of [before, after]) {
        expect(error).to.be.instanceOf(TransientError).with.property('code', 'BUS_UNAVAILABLE');
      }
      expect(await metric('ct_bus_published_total', { outcome: 'failed' })).to.equal(2);
    });

    it('rejects what is being published while it stops, or has it confirmed', async () => {
      bus.subscribe(reviews, async () => {});
      await startBus(bus);
      const publishing = rejection(
        (async () => {
          for (;;) await publishConfirmed(bus, reviewCreated());
        })(),
      );
      await bus.stop();
      expect(await publishing)
        .to.be.instanceOf(TransientError)
        .with.property('code', 'BUS_UNAVAILABLE');
    });

    it('counts what it published, handed over, parked and retried', async () => {
      const bad = reviewCreated();
      let failed = false;
      bus.subscribe(reviews, async ([event]) => {
        if (event?.id === bad.id) throw new PoisonMessageError('BAD');
        if (failed) return;
        failed = true;
        throw new TransientError('AWAY');
      });
      await startBus(bus);
      await publishAll(bus, [reviewCreated()]);
      await publishAll(bus, [bad]);
      await bus.publish([ratingUpdated()]);
      await parked(1);
      const consumed = (result: string) => metric('ct_bus_consumed_total', { queue: reviews, result });
      await waitFor('the parked one is counted', async () => (await consumed('parked')) === 1);
      expect(await consumed('acked')).to.equal(1);
      expect(await consumed('retried')).to.equal(1);
      const published = (type: string, outcome: string) =>
        metric('ct_bus_published_total', { type, outcome });
      expect(await published('review-created', 'confirmed')).to.equal(2);
      expect(await published('rating-updated', 'unroutable')).to.equal(1);
    });
  });
}
