import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import { describeWithPrograms } from '../support/programs.ts';
import { startNginx, type Nginx } from './support.ts';

describeWithPrograms('docker/nginx/nginx.conf', { nginx: 'nginx-light' }, ({ nginx: program }) => {
  let nginx: Nginx;
  let servers: { server: Server; port: number }[];
  /** By both, in their order. */
  let asked: { port: number; headers: IncomingMessage['headers'] }[];
  let answer: (req: IncomingMessage, res: ServerResponse) => void;

  beforeEach(async () => {
    answer = (_req, res) => res.end('done');
    asked = [];
    servers = await Promise.all([listen(), listen()]);
    nginx = await startNginx(
      program,
      servers.map(({ port }) => port),
    );
  });
  afterEach(async () => {
    await nginx.stop();
    for (const { server } of servers) await closed(server);
  });

  async function listen() {
    const server = createServer((req, res) => {
      asked.push({ port: req.socket.localPort!, headers: req.headers });
      void buffer(req).then(() => answer(req, res));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, port: (server.address() as AddressInfo).port };
  }

  async function closed(server: Server) {
    if (!server.listening) return;
    const isClosed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await isClosed;
  }

  const send = (method: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(`${nginx.url}/api/things`, { method, headers, ...(body !== undefined && { body }) });
  const askedOf = ({ port }: { port: number }) => asked.filter((each) => each.port === port);

  it('spreads requests, over connections that it keeps, and tells who asks', async () => {
    const headers = { 'X-Forwarded-For': '192.0.2.1' };
    for (let i = 0; i < 20; i++) expect((await send('GET', headers)).status).to.equal(200);
    for (const each of servers) expect(askedOf(each)).to.have.length(10);
    const last = asked.at(-1)!.headers;
    expect(last['x-forwarded-for']).to.equal('192.0.2.1, 127.0.0.1');
    expect(last['x-forwarded-proto']).to.equal('http');
    expect(last.connection).to.not.equal('close');
  });

  it('sends a read to another one when the first dies over it', async () => {
    let deaths = 0;
    answer = (req, res) => (deaths++ === 0 ? req.socket.destroy() : res.end('done'));
    expect((await send('GET')).status).to.equal(200);
    expect(asked).to.have.length(2);
  });

  for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
    it(`never sends ${method} again, and says that its outcome is unknown`, async () => {
      answer = (req) => req.socket.destroy();
      const response = await send(method, {}, method === 'DELETE' ? undefined : '{}');
      expect(response.status).to.equal(503);
      expect(response.headers.get('content-type')).to.equal('application/problem+json');
      expect(response.headers.get('retry-after')).to.equal('1');
      expect(await response.json()).to.include({ status: 503, code: 'OUTCOME_UNKNOWN' });
      expect(asked).to.have.length(1);
    });
  }

  it('sends a POST to another one that never reached the first', async () => {
    await closed(servers[0]!.server);
    for (let i = 0; i < 10; i++) expect((await send('POST', {}, '{}')).status).to.equal(200);
    expect(askedOf(servers[1]!)).to.have.length(10);
  });

  it('takes bodies as large as api-service does, and no larger', async () => {
    expect((await send('POST', {}, 'x'.repeat(100_000))).status).to.equal(200);
    const refused = await send('POST', {}, 'x'.repeat(100_001));
    expect(refused.status).to.equal(413);
    expect(await refused.json()).to.include({ status: 413, code: 'BODY_TOO_LARGE' });
    expect(asked).to.have.length(1);
  });

  it('compresses what is long, and its entity tag is good to change the thing all the same', async () => {
    answer = (_req, res) =>
      res.setHeader('ETag', '"1-abc"').setHeader('Content-Type', 'application/json').end('"x"'.padEnd(2_000));
    const { headers } = await send('GET', { 'Accept-Encoding': 'gzip' });
    expect(headers.get('content-encoding')).to.equal('gzip');
    expect(headers.get('etag')).to.equal('W/"1-abc"');
    await send('PUT', { 'If-Match': headers.get('etag')! }, '{}');
    expect(asked.at(-1)!.headers['if-match']).to.equal('"1-abc"');
    await send('GET');
    expect(asked.at(-1)!.headers).to.not.have.property('if-match');
  });

  it('lets one address have no more than 200 requests under way', async () => {
    answer = () => undefined;
    const leaving = new AbortController();
    const waiting = Array.from({ length: 200 }, () =>
      fetch(`${nginx.url}/api/things`, { signal: leaving.signal }).catch(() => undefined),
    );
    await waitFor('all to be under way', () => asked.length === 200);
    const refused = await send('GET');
    expect(refused.status).to.equal(429);
    expect(refused.headers.get('retry-after')).to.equal('1');
    expect(await refused.json()).to.include({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(asked).to.have.length(200);
    leaving.abort();
    await Promise.all(waiting);
    answer = (_req, res) => res.end('done');
    await waitFor('them to be forgotten', async () => (await send('GET')).status === 200);
  });

  it('keeps the metrics within', async () => {
    for (const path of ['/metrics', '/%6detrics', '//metrics'])
      expect((await fetch(nginx.url + path)).status, path).to.equal(404);
    expect(asked).to.have.length(0);
  });
});
