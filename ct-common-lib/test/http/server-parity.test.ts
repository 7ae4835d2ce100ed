import { createServer, Agent, ServerResponse, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { expect } from 'chai';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { createHttpServer, type HttpServer } from '../../src/http/index.ts';
import { createLogger } from '../../src/index.ts';
import { send, type Sent } from './client.ts';

const log = createLogger({ name: 'test', level: 'silent' });

function createExampleApp(): Express {
  const app = express();
  app.use(express.json());
  app.get('/json', (req, res) => {
    res.json({ path: req.path, query: req.query, host: req.get('host')?.split(':')[0], ip: req.ip });
  });
  app.get('/text', (_req, res) => void res.status(201).type('text').set('X-Word', 'ä').send('text'));
  app.get('/bytes', (_req, res) => void res.send(Buffer.from([1, 2, 3])));
  app.get('/nothing', (_req, res) => void res.sendStatus(204));
  app.get('/tagged', (_req, res) => void res.set('ETag', '"1"').json({ tagged: true }));
  app.get('/redirect', (_req, res) => res.redirect('/json'));
  app.get('/cookie', (_req, res) => void res.cookie('a', 'b').end());
  app.get('/stream', (_req, res) => pipeline(Readable.from(['one ', 'two ', 'three']), res, () => {}));
  app.get('/early', (_req, res) => {
    res.writeHead(200, { 'X-Early': 'yes' });
    res.write('first ');
    setImmediate(() => res.end('last'));
  });
  app.get('/class', (req, res) => {
    const own = [Object.getPrototypeOf(req) === app.request, Object.getPrototypeOf(res) === app.response];
    res.json({ isServerResponse: res instanceof ServerResponse, own, constructor: res.constructor.name });
  });
  app.post('/echo', (req, res) => {
    res.json({ body: req.body as unknown, json: req.is('json'), length: req.get('content-length') });
  });
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  app.get('/rejects', () => Promise.reject(new Error('rejected')));
  const router = express.Router();
  router.get('/:id', (req, res) => void res.json({ id: req.params.id, baseUrl: req.baseUrl }));
  app.use('/nested', router);
  app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
    res.status(500).json({ error: error.message });
  });
  return app;
}

const body = JSON.stringify({ rating: 5, text: 'schön' });
const contentType = { 'Content-Type': 'application/json' };

const requests: [title: string, status: number, path: string, options?: Sent][] = [
  ['JSON', 200, '/json?a=1&a=2'],
  ['HEAD', 200, '/json', { method: 'HEAD' }],
  ['OPTIONS', 200, '/json', { method: 'OPTIONS' }],
  ['text with a status and a header', 201, '/text'],
  ['bytes', 200, '/bytes'],
  ['no content', 204, '/nothing'],
  ['an entity tag', 200, '/tagged'],
  ['304', 304, '/tagged', { headers: { 'If-None-Match': '"1"' } }],
  ['304 to a HEAD', 304, '/tagged', { method: 'HEAD', headers: { 'If-None-Match': '"1"' } }],
  ['a redirect', 302, '/redirect'],
  ['a cookie', 200, '/cookie'],
  ['a stream', 200, '/stream'],
  ['a head that is sent before the body', 200, '/early'],
  ['the classes of request and response', 200, '/class'],
  ['a body', 200, '/echo', { method: 'POST', body, headers: contentType }],
  ['an empty body', 200, '/echo', { method: 'POST' }],
  [
    'a chunked body',
    200,
    '/echo',
    { method: 'POST', body, headers: { ...contentType, 'Transfer-Encoding': 'chunked' } },
  ],
  [
    'Expect: 100-continue',
    200,
    '/echo',
    { method: 'POST', body, headers: { ...contentType, Expect: '100-continue' } },
  ],
  ['a malformed body', 500, '/echo', { method: 'POST', body: '{', headers: contentType }],
  ['a handler that throws', 500, '/throws'],
  ['a handler that rejects', 500, '/rejects'],
  ['a nested router', 200, '/nested/7'],
  ['a path that is not there', 404, '/nowhere'],
  ['an Accept-Encoding', 200, '/json', { headers: { 'Accept-Encoding': 'gzip' } }],
];

describe('createHttpServer beside a plain http.createServer', () => {
  const app = createExampleApp();
  let plain: Server;
  let own: HttpServer;
  let plainPort: number;

  before(async () => {
    plain = createServer(app);
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    plainPort = (plain.address() as AddressInfo).port;
    own = createHttpServer(app, { host: '127.0.0.1', port: 0, log });
    await own.start();
  });

  after(async () => {
    await own.stop();
    await new Promise((resolve) => plain.close(resolve));
  });

  const comparable = async (port: number, path: string, options?: Sent) => {
    const { status, rawHeaders, text } = await send(port, path, options);
    const headers = rawHeaders.map((word, i) => (rawHeaders[i - 1] === 'Date' ? 'now' : word));
    return { status, headers, text };
  };

  for (const [title, status, path, options] of requests) {
    it(`answers the same to ${title}`, async () => {
      const answer = await comparable(own.port(), path, options);
      expect(answer).to.deep.equal(await comparable(plainPort, path, options));
      expect(answer.status).to.equal(status);
    });
  }

  it('keeps a connection open for the next request, as the plain one does', async () => {
    for (const port of [own.port(), plainPort]) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      let connections = 0;
      const createConnection = agent.createConnection.bind(agent);
      agent.createConnection = (...args) => {
        connections++;
        return createConnection(...args);
      };
      for (const path of ['/json', '/stream', '/throws']) await send(port, path, { agent });
      expect(connections).to.equal(1);
      agent.destroy();
    }
  });
});

describe('the messages of createHttpServer', () => {
  const born: [Request, Response][] = [];
  const prototypes: boolean[] = [];

  before(async () => {
    const app = createExampleApp();
    const watched = new Proxy(app, {
      apply(target, _self, [req, res]: [Request, Response]) {
        born.push([req, res]);
        prototypes.push(
          Object.getPrototypeOf(req) === app.request,
          Object.getPrototypeOf(res) === app.response,
        );
        target(req, res);
      },
    });
    const server = createHttpServer(watched, { host: '127.0.0.1', port: 0, log });
    await server.start();
    for (let i = 0; i < 3; i++) expect(await send(server.port(), '/json')).to.have.property('status', 200);
    await server.stop();
  });

  it('have the prototypes of the application from birth, so that Express changes none', () => {
    expect(prototypes).to.deep.equal(Array.from({ length: 6 }, () => true));
  });

  it('share one hidden class, without which each would be as slow as the first', () => {
    setFlagsFromString('--allow-natives-syntax');
    const haveSameClass = runInThisContext('(a, b) => %HaveSameMap(a, b)') as (
      a: object,
      b: object,
    ) => boolean;
    const [, [req, res], [nextReq, nextRes]] = born as [unknown, [Request, Response], [Request, Response]];
    expect([haveSameClass(req, nextReq), haveSameClass(res, nextRes)]).to.deep.equal([true, true]);
  });
});
