// What amqplib and RabbitMQ do of a relay: messages of SIZE bytes to a quorum queue, 500 without a confirm at any time.
// GET /<messages> answers with the confirmed messages a second.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'amqplib';
import { queueArguments } from 'ct-common-lib/bus';

const inFlight = 500;
const { RABBITMQ_URL: url = '', QUEUE: queue = '', SIZE } = process.env;
const content = Buffer.alloc(Number(SIZE), 'x');

const connection = await connect(url, { noDelay: true });
const channel = await connection.createConfirmChannel();

/** Confirmed messages a second. */
async function measure(messages: number): Promise<number> {
  await channel.deleteQueue(queue);
  await channel.assertQueue(queue, { durable: true, arguments: queueArguments.queue(queue) });
  let sent = 0;
  let confirmed = 0;
  const started = performance.now();
  await new Promise<void>((resolve, reject) => {
    function send() {
      sent++;
      channel.publish('', queue, content, { persistent: true }, (error: Error | null) => {
        if (error) return reject(error);
        if (++confirmed === messages) return resolve();
        if (sent < messages) send();
      });
    }
    for (let n = 0; n < inFlight; n++) send();
  });
  const rate = (messages / (performance.now() - started)) * 1000;
  await channel.deleteQueue(queue);
  return rate;
}

const server = createServer((req, res) => {
  measure(Number(req.url!.slice(1))).then(
    (rate) => res.end(String(rate)),
    (error) => res.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
