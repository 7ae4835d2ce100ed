import { Socket } from 'node:net';
import { expect } from 'chai';
import { describeBus, reviewCreated } from '../../src/testing/bus-suite.ts';
import { describeWithRabbit } from '../../src/testing/services.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { createTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { createRabbitHarness } from './rabbit-harness.ts';

describeWithRabbit('RabbitMQ', (url) => {
  // The queues are there before the bus, and only those that it consumes: what no queue takes is a part of the suite.
  describeBus('RabbitMQ bus', () => createRabbitHarness(url, { onMissingQueues: undefined }));

  it('goes to the next of its hosts when one is away, at the start and later', async () => {
    const { hostname, port } = new URL(url);
    const proxies = [1, 2].map(() => createTcpProxy({ host: hostname, port: Number(port || 5672) }));
    for (const proxy of proxies) await proxy.open();
    const hosts = proxies.map((proxy) => `127.0.0.1:${proxy.port}`);
    const urlOfHosts = url.replace(/(:\/\/(?:[^@/]*@)?)[^/?]*/, `$1${hosts.join()}`);
    const [first, second] = proxies as [TcpProxy, TcpProxy];
    await first.close();
    const harness = await createRabbitHarness(url, { url: urlOfHosts });
    const { bus } = harness;
    try {
      await bus.start();
      await waitFor('a connection to the second', () => bus.state() === 'connected');
      await first.open();
      await second.close();
      await waitFor(
        'a connection to the first',
        () => first.connections() > 0 && bus.state() === 'connected',
      );
      const [outcome] = await bus.publish([reviewCreated()]);
      expect(outcome?.status).to.equal('confirmed');
    } finally {
      await harness.stop();
      for (const proxy of proxies) await proxy.close();
    }
  });

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
