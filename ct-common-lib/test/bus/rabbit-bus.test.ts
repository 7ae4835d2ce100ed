import { Socket } from 'node:net';
import { expect } from 'chai';
import { describeBus, reviewCreated } from '../../src/testing/bus-suite.ts';
import { describeWithRabbit } from '../../src/testing/services.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { createRabbitHarness } from './rabbit-harness.ts';

describeWithRabbit('RabbitMQ', (url) => {
  // The queues are there before the bus, and only those that it consumes: what no queue takes is a part of the suite.
  describeBus('RabbitMQ bus', () => createRabbitHarness(url, { onMissingQueues: undefined }));

  it('sends many events in few packets', async () => {
    const harness = await createRabbitHarness(url, { onMissingQueues: undefined });
    const { bus } = harness;
    const socket = Socket.prototype as unknown as { _write: (...message: unknown[]) => void };
    const write = socket._write;
    let writes = 0;
    try {
      bus.subscribe('rating-service.reviews', async () => {});
      await bus.start();
      await waitFor('the connection', () => bus.state() === 'connected');
      const events = Array.from({ length: 500 }, () => reviewCreated());
      socket._write = function (...message) {
        writes++;
        write.apply(this, message);
      };
      const outcomes = await bus.publish(events);
      expect(outcomes.every(({ status }) => status === 'confirmed')).to.equal(true);
      expect(writes).to.be.below(100);
    } finally {
      socket._write = write;
      await harness.stop();
    }
  });
});
