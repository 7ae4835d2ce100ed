import { expect } from 'chai';
import { createEvent, decodeEvent, encodeEvent } from '../../src/events/index.ts';
import { reviewCreated } from '../../src/testing/bus-suite.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the traceparent of an event', () => {
  const { source, subject, data } = reviewCreated();

  it('is carried along, and is not there where nothing is traced', () => {
    const traced = createEvent('review-created', { source, subject, data, traceparent });
    expect(decodeEvent(encodeEvent(traced)).traceparent).to.equal(traceparent);
    const untraced = createEvent('review-created', { source, subject, data });
    expect(encodeEvent(untraced).toString()).not.to.include('traceparent');
  });

  it('makes no event unreadable, whatever somebody has put there', () => {
    for (const bad of ['', 'nonsense', null, 7, { a: 1 }, traceparent.toUpperCase(), `${traceparent}-x`]) {
      const event = decodeEvent(Buffer.from(JSON.stringify({ ...reviewCreated(), traceparent: bad })));
      expect(event.traceparent).to.equal(undefined);
      expect(event.type).to.equal('review-created');
    }
  });
});
