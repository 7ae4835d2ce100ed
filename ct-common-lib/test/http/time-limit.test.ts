import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { type Response, Router } from 'express';
import { createApp, createHttpServer, endpoint, route } from '../../src/http/index.ts';
import { createLogger, createMetrics } from '../../src/index.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { send } from './client.ts';

describe('a request that takes longer than the time limit', () => {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
  const held: Response[] = [];
  const finished: string[] = [];
  const router = Router();
  const hold = endpoint({}, async (_input, res, req) => {
    held.push(res);
    await once(res, 'go on');
    finished.push(req.method);
    res.json({ late: true });
  });
  route(router, '/held', { get: hold, post: hold });
  route(router, '/quick', { get: endpoint({}, (_input, res) => void res.end()) });
  const fail = endpoint({}, async (_input, res) => {
    held.push(res);
    await once(res, 'go on');
    throw new Error('too late to be answered');
  });
  route(router, '/failing', { get: fail });
  const app = createApp({ log, metrics: createMetrics('test'), routers: [['/', router]], timeLimitMs: 50 });
  const server = createHttpServer(app, { host: '127.0.0.1', port: 0, log });
  before(() => server.start());
  after(() => server.stop());

  for (const [method, code] of [
    ['GET', 'TIMED_OUT'],
    ['POST', 'OUTCOME_UNKNOWN'],
  ] as const) {
    it(`is answered with 503 ${code} if it is a ${method}, and its late answer is dropped`, async () => {
      const answer = await send(server.port(), '/held', { method });
      expect(answer.status).to.equal(503);
      expect(answer.headers).to.include({ 'retry-after': '1' });
      expect(answer.json()).to.include({ code, instance: '/held' });
      lines.length = 0;
      held.pop()!.emit('go on');
      await waitFor('the handler to end', () => finished.includes(method));
      await send(server.port(), '/nowhere');
      expect(lines).to.deep.equal([]);
    });
  }

  it('is answered by its own clock, whatever began before it', async () => {
    expect((await send(server.port(), '/quick')).status).to.equal(200);
    const begunAt = performance.now();
    expect((await send(server.port(), '/held')).status).to.equal(503);
    // Timers may be a millisecond early.
    expect(performance.now() - begunAt).to.be.at.least(49);
    held.pop()!.emit('go on');
  });

  it('is logged if it fails after all', async () => {
    await send(server.port(), '/failing');
    lines.length = 0;
    held.pop()!.emit('go on');
    await waitFor('the failure to be logged', () => lines.length > 0);
    expect(lines.join()).to.include('too late to be answered');
  });

  it('is answered with 408 if its body has not arrived', async () => {
    const socket = connect(server.port(), '127.0.0.1');
    socket.write(
      'POST /held HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer)
      .to.match(/^HTTP\/1\.1 408 /)
      .and.to.include('"code":"REQUEST_TIMEOUT"');
    expect(held).to.deep.equal([]);
  });
});

describe('a body that takes longer than the part of the time limit that is for it', () => {
  const log = createLogger({ name: 'test', level: 'silent' });
  const held: Response[] = [];
  const router = Router();
  const hold = endpoint({}, (_input, res) => void held.push(res));
  route(router, '/held', { get: hold, post: hold });
  const app = createApp({
    log,
    metrics: createMetrics('test'),
    routers: [['/', router]],
    bodyTimeLimitMs: 50,
  });
  const server = createHttpServer(app, { host: '127.0.0.1', port: 0, log });
  before(() => server.start());
  after(() => server.stop());

  it('is answered with 408, while those that are whole, or need no body, go on', async () => {
    const begin = (method: string, body: string) => {
      const socket = connect(server.port(), '127.0.0.1');
      socket.write(
        `${method} /held HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n${body}`,
      );
      return socket;
    };
    const others = [begin('POST', '{}'), begin('GET', '{')];
    await waitFor('the others', () => held.length === 2);
    expect(await text(begin('POST', '{'))).to.match(/^HTTP\/1\.1 408 [^]*"code":"REQUEST_TIMEOUT"/);
    expect(held.map(({ headersSent }) => headersSent)).to.deep.equal([false, false]);
    for (const res of held) res.end();
    for (const socket of others) socket.destroy();
  });
});
