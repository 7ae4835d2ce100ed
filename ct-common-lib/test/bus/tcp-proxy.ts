import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A link to the broker that a test can cut, silence, and speak on in the broker's name. */
export function createTcpProxy(brokerUrl: string) {
  const target = new URL(brokerUrl);
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let silent = false;

  let accepted = 0;
  let port = 0;

  const server = createServer({ noDelay: true }, (client) => {
    const broker = connect({ host: target.hostname, port: Number(target.port || 5672), noDelay: true });
    accepted++;
    clients.add(client);
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => to.write(bytes));
      if (silent) from.pause();
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        clients.delete(from);
        to.destroy();
      });
    }
  });

  function cut() {
    for (const socket of sockets) socket.destroy();
  }

  return {
    /** Listens, on the port of before if it was closed. Returns the URL to use instead of the broker's. */
    async open(): Promise<string> {
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
      const url = new URL(brokerUrl);
      url.host = `127.0.0.1:${port}`;
      return url.href;
    },

    /** Ends all connections, as a broker does that is killed. */
    cut,

    /** From now on nothing gets through, and nobody is told; `false` lets all of it through, as TCP would. */
    silence(on = true) {
      silent = on;
      for (const socket of sockets)
        if (on) socket.pause();
        else socket.resume();
    },

    /** Sends a frame to every client that is connected now. */
    inject(frame: Buffer) {
      for (const client of clients) client.write(frame);
    },

    connections: () => clients.size,

    /** Connections since the beginning. */
    accepted: () => accepted,

    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An AMQP method frame on channel 0: class `connection` (10). */
export function connectionFrame(method: number, fields: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 4 + fields.length, 0, 10, 0, method]);
  return Buffer.concat([header, fields, Buffer.from([0xce])]);
}

export const shortString = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
