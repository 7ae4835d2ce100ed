import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import {
  ConnectionAcquireTimeoutError,
  ConnectionRefusedError,
  DatabaseError,
  UniqueConstraintError,
} from 'sequelize';
import { bodyLimitBytes, endpoint, HttpError, route } from '../../src/http/index.ts';
import {
  AppError,
  ConflictError,
  InvalidInputError,
  NotFoundError,
  OutcomeUnknownError,
  PoisonMessageError,
  TransientError,
} from '../../src/index.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { json, served } from './served.ts';

const databaseError = (code: string, message = 'of the database') =>
  new DatabaseError(Object.assign(new Error(message), { code, sql: '' }));

const lost = new DatabaseError(Object.assign(new Error('Connection terminated unexpectedly'), { sql: '' }));

const mapping: [title: string, error: unknown, status: number, code: string][] = [
  [
    'InvalidInputError',
    new InvalidInputError('CURSOR_INVALID', { detail: 'Start over.' }),
    400,
    'CURSOR_INVALID',
  ],
  ['NotFoundError', new NotFoundError('REVIEW_NOT_FOUND', { detail: 'Gone.' }), 404, 'REVIEW_NOT_FOUND'],
  ['ConflictError', new ConflictError('SKU_TAKEN', { detail: 'Taken.' }), 409, 'SKU_TAKEN'],
  ['TransientError', new TransientError('BUSY', { detail: 'Later.' }), 503, 'BUSY'],
  ['HttpError', new HttpError(428, 'ETAG_REQUIRED', 'Send If-Match.'), 428, 'ETAG_REQUIRED'],
  ['a deadlock', databaseError('40P01'), 503, 'DATABASE_UNAVAILABLE'],
  ['a database that shuts down', databaseError('57P01'), 503, 'DATABASE_UNAVAILABLE'],
  ['a database that is away', new ConnectionRefusedError(new Error('refused')), 503, 'DATABASE_UNAVAILABLE'],
  ['a connection that is lost', lost, 503, 'DATABASE_UNAVAILABLE'],
  ['an OutcomeUnknownError', new OutcomeUnknownError(lost), 503, 'OUTCOME_UNKNOWN'],
  ['a full pool', new ConnectionAcquireTimeoutError(new Error('timeout')), 503, 'DATABASE_UNAVAILABLE'],
  ['a violated constraint', new UniqueConstraintError({ message: 'sku' }), 500, 'INTERNAL'],
  ['a bad statement', databaseError('42601'), 500, 'INTERNAL'],
  ['a poison message', new PoisonMessageError('EVENT_SCHEMA'), 500, 'INTERNAL'],
  ['an AppError of no class', new AppError('EMBEDDED_POSTGRES_MISSING'), 500, 'INTERNAL'],
  ['a TypeError', new TypeError('x is not a function'), 500, 'INTERNAL'],
  ['something that is no error', 'just a word', 500, 'INTERNAL'],
];

describe('the mapping of errors to problem documents', () => {
  const { send, logged } = served((router) => {
    const throws = endpoint({}, (_input, _res, req) => {
      throw mapping[Number(req.params.index)]![1];
    });
    route(router, '/throws/:index', {
      get: throws,
      post: throws,
      put: throws,
      patch: throws,
      delete: throws,
    });
    route(router, '/faults', {
      get: endpoint({}, () => {
        const errors = [{ pointer: '/rating', detail: 'too high' }];
        throw new InvalidInputError('INPUT_INVALID', { errors });
      }),
    });
    route(router, '/headers', {
      get: endpoint({}, () => {
        throw new HttpError(429, 'TOO_MANY', 'Slower.', { 'Retry-After': '7' });
      }),
    });
  });

  mapping.forEach(([title, error, status, code], index) => {
    it(`answers ${status} ${code} to ${title}`, async () => {
      const answer = await send('GET', `/throws/${index}`);
      expect(answer.status).to.equal(status);
      expect(answer.headers).to.include({
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
      });
      expect(answer.headers['retry-after']).to.equal(status === 503 ? '1' : undefined);
      const problem = answer.json();
      expect(problem).to.have.all.keys('type', 'title', 'status', 'detail', 'instance', 'code');
      expect(problem).to.include({ status, code, instance: `/throws/${index}` });
      expect(problem.type).to.equal(`urn:ct-reviews:problem:${code.toLowerCase().replaceAll('_', '-')}`);
      if (error instanceof AppError && status !== 500) expect(problem.detail).to.equal(error.detail);
    });
  });

  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    it(`says to a ${method} whether something may have been written`, async () => {
      const answerTo = async (title: string) => {
        const answer = await send(method, `/throws/${mapping.findIndex(([of]) => of === title)}`);
        expect(answer.status).to.equal(503);
        expect(answer.headers['retry-after']).to.equal('1');
        return answer.json();
      };
      for (const title of ['a deadlock', 'a database that is away', 'a full pool']) {
        const problem = await answerTo(title);
        expect(problem.code).to.equal('DATABASE_UNAVAILABLE');
        expect(problem.detail).to.include('Nothing was written');
      }
      for (const title of ['a database that shuts down', 'a connection that is lost']) {
        const problem = await answerTo(title);
        expect(problem.code).to.equal('OUTCOME_UNKNOWN');
        expect(problem.detail).to.include('may have been made').and.to.include('Read before you try again');
      }
    });
  }

  it('tells nothing of an error that it does not know, and logs it whole', async () => {
    const index = mapping.findIndex(([title]) => title === 'a TypeError');
    const answer = await send('GET', `/throws/${index}`);
    expect(answer.text).not.to.match(/not a function|TypeError|\.ts/);
    expect(logged('error')).to.have.length(1);
    expect(logged('error')[0]).to.have.nested.property('err.stack').that.includes('x is not a function');
    expect(logged('error')[0]).to.include({ method: 'GET', path: `/throws/${index}` });
  });

  it('warns of a request that is refused for now, and does not log the faults of clients', async () => {
    await send('GET', `/throws/${mapping.findIndex(([title]) => title === 'a deadlock')}`);
    await send('GET', `/throws/${mapping.findIndex(([title]) => title === 'NotFoundError')}`);
    expect(logged('warn')).to.have.length(1);
    expect(logged('error')).to.deep.equal([]);
  });

  it('lists the faults of an input', async () => {
    const problem = (await send('GET', '/faults')).json();
    expect(problem.errors).to.deep.equal([{ pointer: '/rating', detail: 'too high' }]);
  });

  it('sends the headers that a status calls for', async () => {
    expect((await send('GET', '/headers')).headers).to.include({ 'retry-after': '7' });
  });

  it('sends no body with a problem that answers HEAD', async () => {
    const head = await send('HEAD', '/faults');
    expect(head).to.include({ status: 400, text: '' });
  });
});

describe('bodies and paths that cannot be read', () => {
  const { send, port, logged } = served((router) => {
    const length = endpoint({}, (_input, res, req) => void res.json(JSON.stringify(req.body).length));
    route(router, '/bodies', { post: length });
    route(router, '/names/:name', {
      get: endpoint({}, (_input, res, req) => void res.json(req.params.name)),
    });
  });
  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    send('POST', '/bodies', { body, headers: { ...json, ...headers } });
  /** JSON text of this many bytes. */
  const jsonOf = (bytes: number) => `["${'a'.repeat(bytes - 4)}"]`;

  it('reads a body of the largest size that is allowed', async () => {
    expect((await post(jsonOf(bodyLimitBytes))).json()).to.equal(bodyLimitBytes);
  });

  const compressions = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
  for (const [encoding, compress] of Object.entries(compressions)) {
    it(`reads a body compressed with ${encoding}`, async () => {
      const answer = await post(compress(jsonOf(bodyLimitBytes)), { 'Content-Encoding': encoding });
      expect(answer.json()).to.equal(bodyLimitBytes);
    });

    it(`refuses a body that is too large once ${encoding} is undone`, async () => {
      const answer = await post(compress(jsonOf(bodyLimitBytes + 1)), { 'Content-Encoding': encoding });
      expect(answer.status).to.equal(413);
      expect(answer.json()).to.include({ code: 'BODY_TOO_LARGE' });
    });
  }

  const refused: [
    title: string,
    status: number,
    code: string,
    body: string | Buffer,
    headers?: Record<string, string>,
  ][] = [
    ['a body that is too large', 413, 'BODY_TOO_LARGE', jsonOf(bodyLimitBytes + 1)],
    ['half a JSON text', 400, 'JSON_MALFORMED', '{"rating": 5'],
    ['bytes that are no text', 400, 'JSON_MALFORMED', Buffer.from([0xff, 0xfe, 0x00])],
    [
      'text in another character set than UTF-8',
      400,
      'JSON_MALFORMED',
      Buffer.from('["caf\u00e9"]', 'latin1'),
    ],
    [
      'JSON in UTF-16, though it says so',
      415,
      'ENCODING_UNSUPPORTED',
      Buffer.from('["a"]', 'utf16le'),
      { 'Content-Type': 'application/json; charset=utf-16' },
    ],
    [
      'another charset',
      415,
      'ENCODING_UNSUPPORTED',
      '{}',
      { 'Content-Type': 'application/json; charset=latin1' },
    ],
    ['another content encoding', 415, 'ENCODING_UNSUPPORTED', '{}', { 'Content-Encoding': 'zstd' }],
    [
      'a body that is not compressed as it says',
      400,
      'BODY_UNREADABLE',
      '{}',
      { 'Content-Encoding': 'gzip' },
    ],
  ];
  for (const [title, status, code, body, headers] of refused) {
    it(`answers ${status} ${code} to ${title}`, async () => {
      const answer = await post(body, headers);
      expect(answer.status).to.equal(status);
      expect(answer.json()).to.include({ status, code });
    });
  }

  it('answers 400 PATH_MALFORMED to a path with broken percent-encoding', async () => {
    const answer = await send('GET', '/names/%ff');
    expect(answer.status).to.equal(400);
    expect(answer.json()).to.include({ code: 'PATH_MALFORMED', instance: '/names/%ff' });
  });

  it('is not disturbed by a client that goes away in the middle of its body', async () => {
    const socket = connect(port(), '127.0.0.1');
    socket.write(
      'POST /bodies HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"a"',
    );
    await once(socket, 'connect');
    socket.destroy();
    const line = await waitFor('the request to end', () =>
      logged('debug').find(({ route }) => route === '/bodies'),
    );
    expect(line).to.include({ status: 400 });
    expect(logged('error')).to.deep.equal([]);
  });
});

describe('an error after half of the answer was sent', () => {
  const { send, logged } = served((router) => {
    route(router, '/half', {
      get: endpoint({}, async (_input, res) => {
        res.write('{"half":');
        throw new Error('too late');
      }),
    });
  });

  it('cuts the connection, so that nobody takes it for the whole, and is logged', async () => {
    const failure = await send('GET', '/half').catch((error: NodeJS.ErrnoException) => error);
    expect(failure).to.have.property('code', 'ECONNRESET');
    expect(logged('error')[0]).to.have.nested.property('err.message', 'too late');
  });
});

describe('requests that are no HTTP', () => {
  const { port } = served((router) => {
    route(router, '/reviews', { get: endpoint({}, (_input, res) => void res.json([])) });
  });

  async function sendBytes(text: string) {
    const socket = connect(port(), '127.0.0.1');
    let received = '';
    socket.on('data', (bytes) => (received += String(bytes)));
    socket.write(text);
    await once(socket, 'close');
    const [head = '', body = ''] = received.split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), head, problem: JSON.parse(body) as unknown };
  }
  const host = 'Host: x\r\nConnection: close\r\n';

  const refused: [title: string, status: number, code: string, text: string][] = [
    ['garbage', 400, 'REQUEST_MALFORMED', 'garbage\r\n\r\n'],
    [
      'headers that are too large',
      431,
      'HEAD_TOO_LARGE',
      `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    ],
    [
      'an expectation nobody can meet',
      417,
      'EXPECTATION_FAILED',
      `GET / HTTP/1.1\r\n${host}Expect: tea\r\n\r\n`,
    ],
    ['a URL that is none', 400, 'URL_MALFORMED', `GET http://[ HTTP/1.1\r\n${host}\r\n`],
  ];
  for (const [title, status, code, text] of refused) {
    it(`answers ${status} ${code} to ${title}`, async () => {
      const answer = await sendBytes(text);
      expect(answer.status).to.equal(status);
      expect(answer.head).to.match(/^content-type: application\/problem\+json$/im);
      expect(answer.head).to.match(/^x-content-type-options: nosniff$/im);
      expect(answer.head).to.match(/^content-security-policy: default-src 'none'; frame-ancestors 'none'$/im);
      expect(answer.problem).to.include({ status, code });
    });
  }

  it('answers a request that names the whole URL', async () => {
    const answer = await sendBytes(`GET http://shop.example/reviews HTTP/1.1\r\n${host}\r\n`);
    expect(answer).to.deep.include({ status: 200, problem: [] });
  });
});
