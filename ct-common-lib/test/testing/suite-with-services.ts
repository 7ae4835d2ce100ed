// Not a test of its own: services.test.ts runs it.
import { describeWithRabbit, describeWithRedis } from '../../src/testing/services.ts';

describeWithRedis('with Redis', (url) => it(`uses ${url}`, () => {}));
describeWithRabbit('with RabbitMQ', (url) => it(`uses ${url}`, () => {}));
