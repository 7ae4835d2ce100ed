import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { Router } from 'express';
import { createApp, createHttpServer, type HttpServer } from '../../src/http/index.ts';
import { createLogger, createMetrics } from '../../src/index.ts';
import { waitFor } from '../../src/testing/wait-for.ts';

describe('a client that does not read its answers', () => {
  const log = createLogger({ name: 'test', level: 'silent' });
  // More than the kernel holds for it.
  const answer = Buffer.alloc(8 * 2 ** 20);
  /** How many answers were begun, and how many have ended, as they were read or cut. */
  const begun = new Map<string, number>();
  const ended = new Map<string, number>();
  const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

  let server: HttpServer;
  const sockets: Socket[] = [];
  async function start(stallTimeoutMs?: number) {
    const router = Router();
    router.get('/:client', ({ params: { client } }, res) => {
      count(begun, client);
      res.once('close', () => count(ended, client));
      res.send(answer);
    });
    const app = createApp({ log, metrics: createMetrics('test'), routers: [['/', router]] });
    server = createHttpServer(app, {
      host: '127.0.0.1',
      port: 0,
      log,
      ...(stallTimeoutMs !== undefined && { stallTimeoutMs }),
    });
    await server.start();
  }
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.stop();
    begun.clear();
    ended.clear();
  });

  async function ask(client: string, times: number) {
    const socket = connect(server.port(), '127.0.0.1');
    sockets.push(socket.on('error', () => undefined).pause());
    socket.write(`GET /${client} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(times - 1));
    socket.write(`GET /${client} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    await waitFor(`the answers for ${client}`, () => begun.get(client) === times);
    return socket;
  }

  it('is cut when nothing has moved for the time of a stall', async () => {
    await start(200);
    await ask('sleepy', 3);
    await waitFor('its end', () => ended.get('sleepy') === 3);
  });

  it('is cut when it holds more than others while all of them hold more than there is room for', async () => {
    await start();
    const patient = await ask('patient', 2);
    await ask('greedy', 7);
    await waitFor('its end', () => ended.get('greedy') === 7);
    expect(ended.get('patient')).to.equal(undefined);
    expect(await buffer(patient)).to.have.length.above(2 * answer.length);
  });

  it('may hold as much as it likes while there is room', async () => {
    await start();
    const socket = await ask('slow', 6);
    expect(await buffer(socket)).to.have.length.above(6 * answer.length);
  });
});
