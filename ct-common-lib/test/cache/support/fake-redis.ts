import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A server that speaks enough of Redis's protocol to be talked to, and keeps nothing. */
export async function createFakeRedis() {
  const fake = {
    /** What INFO tells. */
    info: 'run_id:0123456789abcdef0123456789abcdef01234567',
    port: 0,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
  const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
  const answers: Record<string, () => string> = {
    INFO: () => bulk(fake.info),
    PING: () => '+PONG\r\n',
    MGET: () => '*1\r\n$-1\r\n',
  };
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      // A command is an array of strings, the first of which is its name; a packet holds whole commands.
      for (const [, name = ''] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n([a-z]+)\r\n/gi))
        socket.write(answers[name.toUpperCase()]?.() ?? '+OK\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  fake.port = (server.address() as AddressInfo).port;
  return fake;
}
