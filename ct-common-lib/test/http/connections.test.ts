import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { Router } from 'express';
import { createAdmission, createApp, createHttpServer, type HttpServer } from '../../src/http/index.ts';
import { createLogger, createMetrics } from '../../src/index.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { send } from './client.ts';

describe('the connections of one address', () => {
  const log = createLogger({ name: 'test', level: 'silent' });
  const sockets: Socket[] = [];
  let server: HttpServer;

  async function start(trustProxy?: number) {
    const metrics = createMetrics('test');
    const router = Router();
    router.get('/', (_req, res) => void res.send('served'));
    const app = createApp({ log, metrics, routers: [['/', router]], trustProxy });
    const admission = createAdmission({ metrics });
    server = createHttpServer(app, { host: '127.0.0.1', port: 0, log, admission });
    await server.start();
    return async (name: string) =>
      Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'm').exec(await metrics.metrics())?.[1]);
  }
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.stop();
  });

  async function open(count: number) {
    const opened = Array.from({ length: count }, () => connect(server.port(), '127.0.0.1'));
    sockets.push(...opened);
    await Promise.all(opened.map((socket) => once(socket.on('error', () => undefined).resume(), 'connect')));
  }

  it('are 2,000 at the most, and one more for each that was closed', async () => {
    const metric = await start();
    await open(2_000);
    await waitFor('all to be taken', async () => (await metric('ct_http_connections')) === 2_000);
    const refused = await send(server.port(), '/').catch((error: NodeJS.ErrnoException) => error);
    expect(refused).to.have.property('code', 'ECONNRESET');
    expect(await metric('ct_http_connections_refused_total')).to.equal(1);
    sockets.pop()!.destroy();
    await waitFor('its end', async () => (await metric('ct_http_connections')) === 1_999);
    expect(await send(server.port(), '/')).to.include({ text: 'served' });
  });

  it('may be more if it is that of a proxy which is believed', async () => {
    const metric = await start(1);
    await open(2_000);
    await waitFor('all to be taken', async () => (await metric('ct_http_connections')) === 2_000);
    expect(await send(server.port(), '/')).to.include({ text: 'served' });
  });
});

describe('the connections of all addresses', () => {
  it('are 10,000 at the most', () => {
    const admission = createAdmission({ metrics: createMetrics('test') });
    const admitted = (count: number, address: string | undefined) =>
      Array.from({ length: count }, () => admission.admitConnection(address)).filter(Boolean).length;
    expect(admitted(3_000, '192.0.2.1')).to.equal(2_000);
    expect(admitted(7_900, undefined)).to.equal(7_900);
    expect(admitted(200, '192.0.2.2')).to.equal(100);
  });
});
