import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { type Response, Router } from 'express';
import { createAdmission, createApp, createHealthRouter, createHttpServer } from '../../src/http/index.ts';
import { createLogger, createMetrics } from '../../src/index.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { send } from './client.ts';

describe('createAdmission', () => {
  function create(isStalled: () => boolean = () => false) {
    const metrics = createMetrics('test');
    const admission = createAdmission({ metrics, isStalled });
    const open: EventEmitter[] = [];

    return {
      metrics,
      /** How many of so many requests are admitted; those stay in progress. */
      admitted: (count: number, method = 'GET', url = '/api/products') => {
        const before = open.length;
        for (let i = 0; i < count; i++) {
          const res = new EventEmitter();
          const req = { method, url } as IncomingMessage;
          if (admission.admits(req, res as ServerResponse)) open.push(res);
        }
        return open.length - before;
      },
      answer: (count: number) => {
        for (const res of open.splice(0, count)) res.emit('close');
      },
    };
  }

  it('admits 256 reads and 128 writes at once, neither counted with the other', () => {
    const { admitted } = create();
    expect(admitted(1_000)).to.equal(256);
    expect(admitted(1_000, 'POST')).to.equal(128);
    for (const method of ['HEAD', 'OPTIONS']) expect(admitted(1, method), method).to.equal(0);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'WHATEVER'])
      expect(admitted(1, method), method).to.equal(0);
  });

  it('admits one for each that was answered', () => {
    const { admitted, answer } = create();
    admitted(256);
    answer(3);
    expect(admitted(10)).to.equal(3);
  });

  it('always admits what asks for health and metrics', () => {
    const { admitted } = create();
    admitted(1_000);
    for (const url of ['/health/live', '/health/ready', '/metrics', '/metrics?name[]=x'])
      expect(admitted(300, 'GET', url), url).to.equal(300);
    for (const url of ['/healthy', '/metricsx', '/api/health/live', ''])
      expect(admitted(1, 'GET', url), url).to.equal(0);
  });

  it('admits more at once where more are answered in less time', async () => {
    const { admitted, answer } = create();
    for (let i = 0; i < 100_000; i++) {
      admitted(1);
      answer(1);
    }
    await waitFor('that time to be over', () => {
      const more = admitted(1_000);
      answer(more);
      return more === 1_000;
    });
  });

  it('admits 5,000 at once while they wait for what stands still', () => {
    let stalled = true;
    const { admitted } = create(() => stalled);
    expect(admitted(6_000)).to.equal(5_000);
    stalled = false;
    expect(admitted(1)).to.equal(0);
  });

  it('counts what is in progress and what it has refused', async () => {
    const { admitted, answer, metrics } = create();
    admitted(300);
    admitted(130, 'POST');
    answer(6);
    const text = await metrics.metrics();
    expect(text).to.match(/^ct_http_requests_in_progress\{kind="read",.*\} 250$/m);
    expect(text).to.match(/^ct_http_requests_in_progress\{kind="write",.*\} 128$/m);
    expect(text).to.match(/^ct_http_requests_refused_total\{kind="read",.*\} 44$/m);
    expect(text).to.match(/^ct_http_requests_refused_total\{kind="write",.*\} 2$/m);
  });
});

describe('a server with more requests in progress than it admits', () => {
  const log = createLogger({ name: 'test', level: 'silent' });
  const metrics = createMetrics('test');
  const held: Response[] = [];
  const router = Router();
  router.post('/held', (_req, res) => void held.push(res));
  const health = createHealthRouter({ ready: async () => ({ ready: true, parts: {} }), metrics });
  const app = createApp({
    log,
    metrics,
    routers: [
      ['/', health],
      ['/api', router],
    ],
  });
  const admission = createAdmission({ metrics });
  const server = createHttpServer(app, { host: '127.0.0.1', port: 0, log, admission });
  before(() => server.start());
  after(() => server.stop());

  it('refuses what comes with a problem document, answers health, and goes on with one that was answered', async () => {
    const post = () => send(server.port(), '/api/held?a=b', { method: 'POST', body: 'not looked at' });
    const answers = Array.from({ length: 128 }, post);
    await waitFor('all to be in progress', () => held.length === 128);

    const refused = await post();
    expect(refused.status).to.equal(503);
    expect(refused.headers).to.include({
      'content-type': 'application/problem+json',
      'retry-after': '1',
      'cache-control': 'no-store',
    });
    expect(refused.json()).to.include({ status: 503, code: 'OVERLOADED', instance: '/api/held?a=b' });
    expect((await send(server.port(), '/health/live')).status).to.equal(200);

    const answered = held.pop()!;
    const closed = once(answered, 'close');
    answered.end();
    await closed;
    answers.push(post());
    await waitFor('the next to be in progress', () => held.length === 128);
    for (const res of held) res.end();
    await Promise.all(answers);
  });
});

describe('the places of requests whose client goes away', () => {
  const log = createLogger({ name: 'test', level: 'silent' });
  const metrics = createMetrics('test');
  const router = Router();
  const held: Response[] = [];
  router.get('/held', (_req, res) => void held.push(res));
  // More than the kernel holds for a client that does not read.
  router.get('/large', (_req, res) => void res.send(Buffer.alloc(16 * 1024 * 1024)));
  const app = createApp({ log, metrics, routers: [['/', router]] });
  const admission = createAdmission({ metrics });
  const server = createHttpServer(app, { host: '127.0.0.1', port: 0, log, admission, stallTimeoutMs: 200 });
  before(() => server.start());
  after(() => server.stop());

  const figure = async (pattern: RegExp) => Number(pattern.exec(await metrics.metrics())?.[1]);
  const inProgress = () => figure(/^ct_http_requests_in_progress\{kind="read".*\} (-?\d+)$/m);
  const timed = () => figure(/^ct_http_request_duration_seconds_count\{.*\} (\d+)$/m);
  const ask = (path: string, times: number) => {
    const socket = connect(server.port(), '127.0.0.1');
    socket.on('error', () => undefined).pause();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`.repeat(times));
    return socket;
  };

  it('are free again when it has sent several ahead', async () => {
    const socket = ask('/held', 20);
    await waitFor('all to be in progress', async () => held.length === 20 && (await inProgress()) === 20);
    socket.destroy();
    await waitFor('none to be in progress', async () => (await inProgress()) === 0);
  });

  it('are free again once only, though its requests are answered after all', async () => {
    held.length = 0;
    const socket = ask('/held', 2);
    await waitFor('both to be in progress', () => held.length === 2);
    const timedBefore = await timed();
    const [first, second] = held as [Response, Response];
    first.writeHead(200, { 'Content-Length': 1 }).write('x');
    socket.destroy();
    await waitFor('none to be in progress', async () => (await inProgress()) === 0);

    // Node.js gives the second its turn on the lost connection, and may tell it of the end once more.
    first.end();
    await waitFor('the turn of the second', () => second.socket !== null);
    second.writeHead(200, { 'Content-Length': 0 }).flushHeaders();
    second.end();
    await setImmediate();
    expect(await inProgress()).to.equal(0);
    expect(await timed()).to.equal(timedBefore + 2);
  });

  it('are free again when it does not read the answers', async () => {
    const socket = ask('/large', 5);
    await waitFor('all to be in progress', async () => (await inProgress()) > 0);
    await waitFor('none to be in progress', async () => (await inProgress()) === 0);
    socket.destroy();
  });
});
