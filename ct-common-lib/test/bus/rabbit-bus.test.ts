import { describeBus } from '../../src/testing/bus-suite.ts';
import { describeWithRabbit } from '../../src/testing/services.ts';
import { createRabbitHarness } from './rabbit-harness.ts';

describeWithRabbit('RabbitMQ', (url) => {
  describeBus('RabbitMQ bus', () => createRabbitHarness(url));
});
