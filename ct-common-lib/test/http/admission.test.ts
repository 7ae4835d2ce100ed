import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { type Request, type Response, Router } from 'express';
import {
  createAdmission,
  createApp,
  createHealthRouter,
  createHttpServer,
  endpoint,
  route,
} from '../../src/http/index.ts';
import { createLogger, createMetrics } from '../../src/index.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { send } from './client.ts';

describe('createAdmission', () => {
  function create(isStalled: () => boolean = () => false) {
    const metrics = createMetrics('test');
    const admission = createAdmission({ metrics, isStalled });
    const open: (() => void)[] = [];
    /** Those whose bodies are on their way. */
    const begun: Request[] = [];

    return {
      metrics,
      /** How many of so many requests are admitted; those stay in progress. */
      admitted: (count: number, method = 'GET', url = '/api/products') => {
        const before = open.length;
        for (let i = 0; i < count; i++) {
          const leave = admission.admit({ method, url, headers: {} } as Request);
          if (leave) open.push(leave);
        }
        return open.length - before;
      },
      /** How many of so many requests of this address are waited for. */
      awaited: (count: number, ip: string) => {
        const before = begun.length;
        for (let i = 0; i < count; i++) {
          const req = Object.assign(new EventEmitter(), {
            method: 'POST',
            url: '/api/products',
            headers: { 'content-length': '9' },
            ip,
            res: { locals: {} },
          }) as unknown as Request;
          const leave = admission.admit(req);
          if (!leave) continue;
          open.push(leave);
          begun.push(req);
        }
        return begun.length - before;
      },
      /** The bodies of so many arrive; how many of these requests are refused after all. */
      arrive: (count: number) => {
        const whole = begun.splice(0, count);
        for (const req of whole) req.emit('end');
        return whole.filter((req) => req.res!.locals.refusal).length;
      },
      answer: (count: number) => {
        for (const leave of open.splice(0, count)) leave();
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

  it('waits for 128 bodies of one address and 512 of all, and admits as many others beside them', () => {
    const { awaited, admitted, answer } = create();
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1'])
      expect(awaited(200, ip), ip).to.equal(128);
    for (const ip of ['192.0.2.1', '2001:db8::2', '192.0.2.4']) expect(awaited(1, ip), ip).to.equal(0);
    expect(admitted(1_000, 'POST')).to.equal(128);
    answer(1);
    expect(awaited(1, '192.0.2.4')).to.equal(0);
  });

  it('admits a request when its body has arrived, and refuses it if too many others are in progress then', () => {
    const { awaited, arrive, admitted } = create();
    awaited(100, '192.0.2.1');
    awaited(100, '192.0.2.2');
    expect(arrive(60)).to.equal(0);
    expect(admitted(1_000, 'POST')).to.equal(68);
    expect(arrive(140)).to.equal(140);
  });

  it('waits for other bodies when one has arrived, or will not', () => {
    const { awaited, arrive, answer } = create();
    expect(awaited(200, '192.0.2.1')).to.equal(128);
    arrive(2);
    expect(awaited(10, '192.0.2.1')).to.equal(2);
    answer(5);
    // Two of these had arrived; of the others the rest of their bodies is thrown away.
    arrive(3);
    expect(awaited(10, '192.0.2.1')).to.equal(3);
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
    const { admitted, awaited, answer, metrics } = create();
    admitted(300);
    awaited(131, '192.0.2.1');
    admitted(130, 'POST');
    answer(6);
    const text = await metrics.metrics();
    expect(text).to.match(/^ct_http_requests_in_progress\{kind="read",.*\} 250$/m);
    expect(text).to.match(/^ct_http_requests_in_progress\{kind="write",.*\} 128$/m);
    expect(text).to.match(/^ct_http_requests_in_progress\{kind="arriving",.*\} 128$/m);
    expect(text).to.match(/^ct_http_requests_refused_total\{kind="read",.*\} 44$/m);
    expect(text).to.match(/^ct_http_requests_refused_total\{kind="write",.*\} 2$/m);
    expect(text).to.match(/^ct_http_requests_refused_total\{kind="arriving",.*\} 3$/m);
  });
});

describe('a server and bodies that are on their way', () => {
  const log = createLogger({ name: 'test', level: 'silent' });
  const metrics = createMetrics('test');
  const held: Response[] = [];
  const router = Router();
  route(router, '/held', {
    get: endpoint({}, (_input, res) => void res.end('no body is read')),
    post: endpoint({}, (_input, res) => void held.push(res)),
  });
  const app = createApp({ log, metrics, routers: [['/', router]] });
  const server = createHttpServer(app, {
    host: '127.0.0.1',
    port: 0,
    log,
    admission: createAdmission({ metrics }),
  });
  before(() => server.start());
  after(() => server.stop());

  const inProgress = async (kind: string) =>
    Number(
      new RegExp(`^ct_http_requests_in_progress\\{kind="${kind}".*\\} (\\d+)$`, 'm').exec(
        await metrics.metrics(),
      )?.[1],
    );
  const head = (method: string, bytes: number) =>
    `${method} /held HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;
  function open(text: string) {
    const socket = connect(server.port(), '127.0.0.1').on('error', () => undefined);
    const received = { text: '' };
    socket.on('data', (bytes) => (received.text += String(bytes)));
    socket.write(text);
    return { socket, received };
  }

  for (const [what, body] of [
    ['a small body', '{"a":1}'],
    ['a body larger than what is read ahead', `{"a":"${'x'.repeat(90_000)}"}`],
  ] as const) {
    it(`counts a write once the last byte of ${what} has arrived`, async () => {
      const { socket } = open(head('POST', body.length) + body.slice(0, -1));
      await waitFor('it to be waited for', async () => (await inProgress('arriving')) === 1);
      expect(await inProgress('write')).to.equal(0);
      socket.write(body.slice(-1));
      const res = await waitFor('the request', () => held.pop());
      expect([await inProgress('arriving'), await inProgress('write')]).to.deep.equal([0, 1]);
      res.end();
      await waitFor('its place to be free', async () => (await inProgress('write')) === 0);
      socket.destroy();
    });
  }

  it('waits no more for a body whose client is gone', async () => {
    const { socket } = open(`${head('POST', 9)}{"a"`);
    await waitFor('it to be waited for', async () => (await inProgress('arriving')) === 1);
    socket.destroy();
    await waitFor('its place to be free', async () => (await inProgress('arriving')) === 0);
    expect(await inProgress('write')).to.equal(0);
  });

  it('refuses a write that is whole only when too many others are in progress', async () => {
    const body = '{"a":1}';
    const late = open(head('POST', body.length));
    await waitFor('it to be waited for', async () => (await inProgress('arriving')) === 1);
    const others = Array.from({ length: 128 }, () => open(head('POST', body.length) + body));
    await waitFor('as many others to be in progress as may be', () => held.length === 128);
    late.socket.write(body);
    await waitFor('its refusal', () => late.received.text.includes('"code":"OVERLOADED"'));
    expect(late.received.text).to.match(/^HTTP\/1\.1 503 [^]*\r\nRetry-After: 1\r\n/);
    expect(held).to.have.lengthOf(128);
    for (const res of held.splice(0)) res.end();
    for (const { socket } of [late, ...others]) socket.destroy();
  });

  it('answers a read without its body, and takes the next request of the connection after that', async () => {
    const { socket, received } = open(head('GET', 9));
    await waitFor('the answer', () => received.text.endsWith('no body is read'));
    received.text = '';
    socket.write(`not JSON.${head('GET', 0)}`);
    await waitFor('the next answer', () => received.text.endsWith('no body is read'));
    socket.destroy();
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
    setHeaders: ({ headers }, res) => void res.setHeader('Asked-From', headers.origin ?? 'nowhere'),
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
    const headers = { Origin: 'a page', 'X-Request-Id': 'r-1' };
    const post = () =>
      send(server.port(), '/api/held?a=b', { method: 'POST', headers, body: 'not looked at' });
    const answers = Array.from({ length: 128 }, post);
    await waitFor('all to be in progress', () => held.length === 128);

    const refused = await post();
    expect(refused.status).to.equal(503);
    expect(refused.headers).to.include({
      'content-type': 'application/problem+json',
      'retry-after': '1',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'asked-from': 'a page',
      'x-request-id': 'r-1',
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
  let made = 0;
  // More than the kernel holds for a client that does not read.
  router.get('/large', (_req, res) => {
    made++;
    res.send(Buffer.alloc(8 * 2 ** 20));
  });
  const app = createApp({ log, metrics, routers: [['/', router]] });
  const admission = createAdmission({ metrics });
  const server = createHttpServer(app, { host: '127.0.0.1', port: 0, log, admission });
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

  it('are free again when the answers begin, though it does not read them', async () => {
    const timedBefore = await timed();
    const socket = ask('/large', 5);
    await waitFor('all to be answered', () => made === 5);
    expect([await inProgress(), await timed()]).to.deep.equal([0, timedBefore]);
    socket.destroy();
    await waitFor('the end of all', async () => (await timed()) === timedBefore + 5);
  });
});
