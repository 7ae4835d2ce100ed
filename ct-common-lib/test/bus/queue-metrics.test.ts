import { expect } from 'chai';
import { publishAll, reviewCreated } from '../../src/testing/bus-suite.ts';
import { describeWithRabbit } from '../../src/testing/services.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { createRabbitHarness } from './rabbit-harness.ts';

describeWithRabbit('the queue metrics of a RabbitMQ bus that creates the queues', (url) => {
  let harness: Awaited<ReturnType<typeof createRabbitHarness>>;
  beforeEach(async () => {
    harness = await createRabbitHarness(url);
  });
  afterEach(() => harness.stop());

  async function values(name: string) {
    const { values } = await harness.metrics.getSingleMetric(name)!.get();
    return Object.fromEntries(values.map(({ labels, value }) => [String(labels.queue), value]));
  }
  const ready = () => values('ct_bus_queue_ready_messages');
  const parked = () => values('ct_bus_queue_parked_messages');

  it('tell what waits for a consumer and what is parked, and nothing any more once it is not connected', async () => {
    await harness.bus.start();
    await publishAll(harness.bus, [reviewCreated(), reviewCreated(), reviewCreated()]);
    const channel = await harness.admin.createChannel();
    channel.sendToQueue(`${harness.prefix}api-service.ratings.parked`, Buffer.from('poison'));
    const expected = [
      { 'rating-service.reviews': 3, 'api-service.ratings': 0 },
      { 'rating-service.reviews': 0, 'api-service.ratings': 1 },
    ];
    await waitFor('the next look at the queues', async () =>
      expect([await ready(), await parked()]).to.deep.equal(expected),
    );
    await harness.bus.stop();
    expect([await ready(), await parked()]).to.deep.equal([{}, {}]);
  });
});
