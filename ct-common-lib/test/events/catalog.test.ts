import { expect } from 'chai';
import fc from 'fast-check';
import { PoisonMessageError } from '../../src/errors.ts';
import {
  cloudEventsMediaType,
  createEvent,
  decodeEvent,
  encodeEvent,
  reviewEventTypes,
} from '../../src/events/index.ts';

const productId = '0197f3a0-0000-7000-8000-000000000001';
const reviewId = '0197f3a0-0000-7000-8000-000000000002';
const review = { reviewId, productId, rating: 4, version: 3 };
const rating = { productId, reviewCount: 2, ratingSum: 9, averageRating: 4.5, version: 5 };

const created = () =>
  createEvent('review-created', { source: '/api-service', subject: productId, data: review });
const decode = (message: unknown) => decodeEvent(Buffer.from(JSON.stringify(message)));

function poisonOf(act: () => unknown): PoisonMessageError {
  try {
    act();
  } catch (error) {
    if (error instanceof PoisonMessageError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}

describe('an event', () => {
  it('is a CloudEvent 1.0 of JSON, with an id and a time of its own', () => {
    const before = Date.now();
    const [one, other] = [created(), created()];
    expect(one).to.deep.include({
      specversion: '1.0',
      source: '/api-service',
      type: 'review-created',
      subject: productId,
      datacontenttype: 'application/json',
      data: review,
    });
    expect(one.id).to.be.a('string').that.does.not.equal(other.id);
    expect(new Date(one.time).getTime()).to.be.within(before, Date.now());
  });

  it('has the media type that CloudEvents has registered', () => {
    expect(cloudEventsMediaType).to.equal('application/cloudevents+json');
  });

  it('keeps the id and the time that it is given, so that a repetition is recognisable', () => {
    const time = new Date('2026-01-02T03:04:05.678Z');
    const event = createEvent('review-created', {
      id: 'r-1',
      source: '/a',
      subject: productId,
      time,
      data: review,
    });
    expect(event).to.include({ id: 'r-1', time: '2026-01-02T03:04:05.678Z' });
  });

  it('names a thing by one id, however the id was written', () => {
    const shouted = { reviewId: reviewId.toUpperCase(), productId: productId.toUpperCase() };
    const store = 'ABCDEF00-0000-7000-8000-000000000003';
    const event = decode({
      ...created(),
      subject: shouted.productId,
      data: { ...review, ...shouted, store },
    });
    expect(event.subject).to.equal(productId);
    expect(event.data).to.deep.equal({ ...review, store: store.toLowerCase() });
    const { productId: shoutedId } = shouted;
    const told = { ...rating, distribution: [0, 0, 0, 1, 1], productId: shoutedId, store };
    expect(decode({ ...created(), type: 'rating-updated', data: told }).data).to.include({
      productId,
      store: store.toLowerCase(),
    });
  });

  it('is the same after its way over the wire', () => {
    const reviews = fc.record({
      type: fc.constantFrom(...reviewEventTypes),
      productId: fc.uuid(),
      reviewId: fc.uuid(),
      rating: fc.option(fc.integer({ min: 1, max: 5 })),
      version: fc.integer({ min: 1 }),
    });
    fc.assert(
      fc.property(reviews, ({ type, ...data }) => {
        const event = createEvent(type, { source: '/api-service', subject: data.productId, data });
        expect(decodeEvent(encodeEvent(event))).to.deep.equal(event);
      }),
    );
  });

  it('carries a whole rating, also that of a product without reviews', () => {
    const none = { productId, reviewCount: 0, ratingSum: 0, averageRating: null, version: 0 };
    for (const data of [
      { ...rating, distribution: [0, 0, 0, 1, 1] as [number, number, number, number, number] },
      { ...none, distribution: [0, 0, 0, 0, 0] as [number, number, number, number, number] },
    ]) {
      const event = createEvent('rating-updated', { source: '/rating-service', subject: productId, data });
      expect(decodeEvent(encodeEvent(event)).data).to.deep.equal(data);
    }
  });

  it('is not built from data that no consumer would accept', () => {
    const build = () =>
      createEvent('review-created', { source: '/a', subject: productId, data: { ...review, rating: 6 } });
    expect(poisonOf(build)).to.have.property('code', 'EVENT_SCHEMA');
  });
});

describe('a message', () => {
  it('may tell its time in any zone', () => {
    const time = '2026-01-02T03:04:05+02:00';
    expect(decode({ ...created(), time })).to.have.property('time', time);
  });

  it('may carry attributes that a newer release added', () => {
    const message = { ...created(), traceparent: '00-1', data: { ...review, helpfulVotes: 3 } };
    expect(decode(message).data).to.deep.equal(review);
  });

  const rejected: [what: string, code: string, message: Buffer][] = [
    ['is empty', 'NOT_JSON', Buffer.alloc(0)],
    ['is cut off', 'NOT_JSON', encodeEvent(created()).subarray(0, 40)],
    ['is a number', 'NOT_A_CLOUDEVENT', Buffer.from('42')],
    ['is null', 'NOT_A_CLOUDEVENT', Buffer.from('null')],
    [
      'has another version of the specification',
      'NOT_A_CLOUDEVENT',
      Buffer.from(JSON.stringify({ ...created(), specversion: '0.3' })),
    ],
    ['has no id', 'NOT_A_CLOUDEVENT', Buffer.from(JSON.stringify({ ...created(), id: '' }))],
    [
      'is about nothing that has an id',
      'NOT_A_CLOUDEVENT',
      Buffer.from(JSON.stringify({ ...created(), subject: 'shoes' })),
    ],
    ['says no time', 'NOT_A_CLOUDEVENT', Buffer.from(JSON.stringify({ ...created(), time: 'yesterday' }))],
    [
      'is of a type from elsewhere',
      'UNKNOWN_EVENT_TYPE',
      Buffer.from(JSON.stringify({ ...created(), type: 'order-placed' })),
    ],
    [
      'is of a type that every object has',
      'UNKNOWN_EVENT_TYPE',
      Buffer.from(JSON.stringify({ ...created(), type: 'constructor' })),
    ],
    ['has no data', 'EVENT_SCHEMA', Buffer.from(JSON.stringify({ ...created(), data: null }))],
    [
      'rates with half a star',
      'EVENT_SCHEMA',
      Buffer.from(JSON.stringify({ ...created(), data: { ...review, rating: 4.5 } })),
    ],
    [
      'has version 0',
      'EVENT_SCHEMA',
      Buffer.from(JSON.stringify({ ...created(), data: { ...review, version: 0 } })),
    ],
  ];
  for (const [what, code, message] of rejected) {
    it(`that ${what} is poison: ${code}`, () => {
      expect(poisonOf(() => decodeEvent(message))).to.have.property('code', code);
    });
  }

  const withRating = (changes: object) => ({
    ...created(),
    type: 'rating-updated',
    data: { ...rating, distribution: [0, 0, 0, 1, 1], ...changes },
  });
  const noRating: [what: string, changes: object][] = [
    ['is of no product', { productId: 'shoes' }],
    ['counts half a review', { reviewCount: 1.5 }],
    ['counts fewer than none', { ratingSum: -1 }],
    ['knows four kinds of stars', { distribution: [0, 0, 1, 1] }],
    ['has an average above 5', { averageRating: 5.01 }],
    ['has a version below 0', { version: -1 }],
  ];
  for (const [what, changes] of noRating) {
    it(`whose rating ${what} is poison: EVENT_SCHEMA`, () => {
      expect(poisonOf(() => decode(withRating(changes)))).to.have.property('code', 'EVENT_SCHEMA');
    });
  }

  const sentences: [what: string, message: Buffer, sentence: RegExp][] = [
    ['is no JSON', Buffer.from('{'), /^The message is not JSON$/],
    ['is no object', Buffer.from('42'), /^The message is no CloudEvent 1\.0 \(message: [^;]+\)$/],
    [
      'has two faults',
      Buffer.from(JSON.stringify({ ...created(), data: { ...review, rating: 9, version: 0 } })),
      /^The message is no review-created event \(data\.rating: [^;]+; data\.version: [^;]+\)$/,
    ],
    [
      'is of an unknown type',
      Buffer.from(JSON.stringify({ ...created(), type: 'order-placed' })),
      /^Nothing here knows events of type "order-placed"$/,
    ],
  ];
  for (const [what, message, sentence] of sentences) {
    it(`that ${what} is poison with a sentence that says so`, () => {
      expect(poisonOf(() => decodeEvent(message)).message).to.match(sentence);
    });
  }

  it('that is no JSON is poison with what the parser said as its cause', () => {
    expect(poisonOf(() => decodeEvent(Buffer.from('{'))).cause).to.be.instanceOf(SyntaxError);
  });
});
