import { describeBus } from '../../src/testing/bus-suite.ts';
import { describeWithRabbit } from '../../src/testing/services.ts';
import { createRabbitHarness } from './rabbit-harness.ts';

describeWithRabbit('RabbitMQ', (url) => {
  // The queues are there before the bus, and only those that it consumes: what no queue takes is a part of the suite.
  describeBus('RabbitMQ bus', () => createRabbitHarness(url, { onMissingQueues: undefined }));
});
