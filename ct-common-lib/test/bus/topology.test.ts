import { expect } from 'chai';
import { queueArguments, queues, queuesFor, takes, type QueueName } from '../../src/bus/index.ts';
import { catalog } from '../../src/events/index.ts';

describe('the topology', () => {
  it('has a queue for every event type, and no queue for a type that is none', () => {
    for (const type of Object.keys(catalog)) expect(queuesFor(type), type).not.to.be.empty;
    for (const queue of Object.keys(queues) as QueueName[]) {
      for (const type of queues[queue].types) expect(catalog).to.have.property(type);
      expect(takes(queue, 'review-liked')).to.equal(false);
    }
  });

  it('bounds every queue, and loses nothing at the bound', () => {
    for (const made of [queueArguments.queue('q'), queueArguments.parked()]) {
      expect(made).to.include({ 'x-queue-type': 'quorum', 'x-overflow': 'reject-publish' });
      expect(made['x-max-length']).to.be.greaterThan(0);
      expect(
        made['x-delivery-limit'],
        "above RabbitMQ 4's default, which parks innocent messages",
      ).to.be.greaterThan(20);
    }
  });

  it('parks with confirmation what the broker gives up on', () => {
    expect(queueArguments.queue('q')).to.include({
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': 'q.parked',
    });
  });
});
