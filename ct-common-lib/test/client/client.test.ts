import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { ApiError, createClient, type Client, type ClientOptions } from '../../src/client/index.ts';
import { rejection } from '../../src/testing/bus-suite.ts';

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

type Reply = (res: ServerResponse) => void;

const id = '01a1fc86-3458-7527-9678-c72b2d45f41f';
const review = { productId: id, rating: 5 };

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Reply =>
  (res) =>
    res.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  json(status, { type: `urn:${code}`, title: code, status, detail: 'So it is.', code }, headers);
const cut: Reply = (res) => res.destroy();
const lostUpstream: Reply = (res) =>
  res.writeHead(503, { 'Content-Type': 'text/html', 'Retry-After': '0' }).end('<html>');
const good = json(200, { id });

describe('the client', () => {
  let server: Server;
  let seen: Seen[];
  let replies: Reply[];

  beforeEach(async () => {
    [seen, replies] = [[], []];
    server = createServer((req, res) => {
      void text(req).then((body) => {
        seen.push({ method: req.method!, url: req.url!, headers: req.headers, body });
        (replies.shift() ?? good)(res);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const clientWith = (options: Partial<ClientOptions> = {}) =>
    createClient({
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token: 'secret',
      ...options,
    });

  it('sends what it is asked with, each part in its place', async () => {
    replies.push(json(200, { data: [], nextCursor: null }));
    const client = clientWith();
    await client.listReviews({ path: { id: 'a/b' }, query: { rating: '4,5', limit: '2' } });
    await client.patchReview({ path: { id }, body: { rating: 4 }, headers: { 'If-Match': '"1-a"' } });
    const [list, patch] = seen as [Seen, Seen];
    expect([list.method, list.url]).to.deep.equal([
      'GET',
      '/api/products/a%2Fb/reviews?rating=4%2C5&limit=2',
    ]);
    expect(list.headers, 'a token that no read needs').to.not.have.property('authorization');
    expect([patch.method, patch.url, patch.body]).to.deep.equal([
      'PATCH',
      `/api/reviews/${id}`,
      '{"rating":4}',
    ]);
    expect(patch.headers).to.include({ authorization: 'Bearer secret', 'if-match': '"1-a"' });
  });

  it('gives the data, the status and the headers', async () => {
    replies.push(
      json(201, { id }, { ETag: '"1-a"' }),
      (res) => res.writeHead(304).end(),
      (res) => res.writeHead(204).end(),
    );
    const client = clientWith();
    const created = await client.createReview({ body: review });
    expect({ status: created.status, id: created.data.id, etag: created.headers.get('etag') }).to.deep.equal({
      status: 201,
      id,
      etag: '"1-a"',
    });
    const known = await client.getReview({ path: { id }, headers: { 'If-None-Match': '"1-a"' } });
    expect([known.status, known.data]).to.deep.equal([304, undefined]);
    expect((await client.deleteReview({ path: { id } })).data).to.equal(undefined);
  });

  it('throws a problem with its code, and sends it no second time', async () => {
    replies.push(problem(404, 'REVIEW_NOT_FOUND'));
    const error = await rejection(clientWith().getReview({ path: { id } }));
    expect(error).to.be.instanceOf(ApiError).with.nested.property('problem.code', 'REVIEW_NOT_FOUND');
    expect((error as Error).message).to.equal('404 REVIEW_NOT_FOUND: So it is.');
    expect(seen).to.have.length(1);
  });

  for (const [status, code] of [
    [429, 'TOO_MANY_REQUESTS'],
    [503, 'OVERLOADED'],
  ] as const)
    for (const method of ['getReview', 'deleteReview'] as const)
      it(`comes again after ${status}, when Retry-After says (${method})`, async () => {
        replies.push(problem(status, code, { 'Retry-After': '1' }));
        const startedAt = performance.now();
        await clientWith()[method]({ path: { id } });
        expect(seen).to.have.length(2);
        expect(performance.now() - startedAt).to.be.at.least(990);
      });

  it('sends a POST whose outcome nobody knows again, with the same key, and another with another', async () => {
    replies.push(
      cut,
      problem(503, 'OUTCOME_UNKNOWN'),
      problem(409, 'REQUEST_IN_PROGRESS'),
      json(201, { id }),
    );
    const client = clientWith();
    await client.createReview({ body: review });
    await client.createReview({ body: review });
    const keys = seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys).to.have.length(5);
    expect(new Set(keys.slice(0, 4)).size).to.equal(1);
    expect(keys[4]).to.not.equal(keys[0]);
  });

  it('takes a key that it is given', async () => {
    await clientWith().createReview({ body: review, headers: { 'Idempotency-Key': 'mine' } });
    expect(seen[0]!.headers['idempotency-key']).to.equal('mine');
  });

  for (const [what, reply] of [
    ['whose connection broke', cut],
    ['whose outcome nobody knows', problem(503, 'OUTCOME_UNKNOWN')],
    ['that a proxy has lost', lostUpstream],
    ['that a code of tomorrow refuses', problem(503, 'NEVER_HEARD_OF')],
  ] as const)
    for (const [method, change] of Object.entries({
      PUT: (client: Client) => client.replaceReview({ path: { id }, body: { rating: 4 } }),
      PATCH: (client: Client) => client.patchReview({ path: { id }, body: { rating: 4 } }),
      DELETE: (client: Client) => client.deleteReview({ path: { id } }),
    }))
      it(`does not send a ${method} again ${what}: somebody may have changed it since`, async () => {
        replies.push(reply);
        await rejection(change(clientWith()));
        expect(seen).to.have.length(1);
      });

  it('sends a read again that a proxy has lost, and a POST', async () => {
    replies.push(lostUpstream, good, lostUpstream, json(201, { id }));
    await clientWith().getReview({ path: { id } });
    await clientWith().createReview({ body: review });
    expect(seen.map(({ method }) => method)).to.deep.equal(['GET', 'GET', 'POST', 'POST']);
  });

  it('comes again after a date, by the clock of the server', async () => {
    // It is an hour behind.
    const serverTime = (seconds: number) => new Date(Date.now() - 3_600_000 + seconds * 1000).toUTCString();
    replies.push(problem(503, 'OVERLOADED', { Date: serverTime(0), 'Retry-After': serverTime(2) }));
    const startedAt = performance.now();
    await clientWith().getReview({ path: { id } });
    expect(seen).to.have.length(2);
    expect(performance.now() - startedAt).to.be.at.least(990);
  });

  for (const [what, told] of [
    ['seconds', '31'],
    ['a date', new Date(Date.now() + 3_600_000).toUTCString()],
  ] as const)
    it(`asks no earlier than it was told: it gives up where Retry-After is too far away, as ${what}`, async () => {
      replies.push(problem(429, 'TOO_MANY_REQUESTS', { 'Retry-After': told }));
      const error = await rejection(clientWith().getReview({ path: { id } }));
      expect(error).to.have.nested.property('problem.code', 'TOO_MANY_REQUESTS');
      expect((error as ApiError).headers.get('retry-after')).to.equal(told);
      expect(seen).to.have.length(1);
    });

  it('gives up after so many tries', async () => {
    replies.push(...Array.from({ length: 10 }, () => problem(503, 'OVERLOADED')));
    const error = await rejection(clientWith({ retries: 2 }).getReview({ path: { id } }));
    expect(error).to.have.nested.property('problem.code', 'OVERLOADED');
    expect(seen).to.have.length(3);
  });

  it('ends a try that takes too long', async () => {
    replies.push(() => undefined);
    const { status } = await clientWith({ timeoutMs: 100 }).getReview({ path: { id } });
    expect([status, seen.length]).to.deep.equal([200, 2]);
  });

  it('stops at once when it is aborted, also in a pause', async () => {
    replies.push(problem(503, 'OVERLOADED', { 'Retry-After': '20' }));
    const reason = new Error('enough');
    const stop = new AbortController();
    const asked = clientWith().getReview({ path: { id }, signal: stop.signal });
    setTimeout(() => stop.abort(reason), 100);
    expect(await rejection(asked)).to.equal(reason);
    expect(await rejection(clientWith().getReview({ path: { id }, signal: stop.signal }))).to.equal(reason);
    expect(seen).to.have.length(1);
  });

  it('asks for the token before each try', async () => {
    replies.push(problem(503, 'OVERLOADED'));
    let asked = 0;
    await clientWith({ token: async () => `token-${++asked}` }).deleteReview({ path: { id } });
    expect(seen.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('throws at once what the function throws that it asks for the token', async () => {
    const reason = new Error('logged out');
    let asked = 0;
    const token = () => {
      asked++;
      throw reason;
    };
    expect(await rejection(clientWith({ token }).createReview({ body: review }))).to.equal(reason);
    expect([asked, seen.length]).to.deep.equal([1, 0]);
  });

  for (const below of ['/shop/reviews', '/shop/reviews/'])
    it(`asks below the path of an API that is at ${below}`, async () => {
      const { port } = server.address() as AddressInfo;
      await clientWith({ baseUrl: `http://127.0.0.1:${port}${below}` }).getReview({ path: { id } });
      expect(seen[0]!.url).to.equal(`/shop/reviews/api/reviews/${id}`);
    });

  it('names what somebody in between answers by its status', async () => {
    replies.push((res) => res.writeHead(403, { 'Content-Type': 'text/html' }).end('<html>'));
    const error = await rejection(clientWith().deleteReview({ path: { id } }));
    expect(error).to.have.nested.property('problem.code', 'HTTP_403');
  });

  it('walks through a list page by page, and asks for no page that nobody wants', async () => {
    const page = (items: string[], nextCursor: string | null) =>
      json(200, { data: items.map((id) => ({ id })), nextCursor });
    replies.push(page(['a', 'b'], 'x y'), page(['c'], 'z'), page(['d'], null));
    const ids: string[] = [];
    for await (const review of clientWith().each('listReviews', {
      path: { id },
      query: { sort: 'rating' },
    })) {
      ids.push(review.id);
      if (review.id === 'c') break;
    }
    expect(ids).to.deep.equal(['a', 'b', 'c']);
    expect(seen.map(({ url }) => url)).to.deep.equal([
      `/api/products/${id}/reviews?sort=rating`,
      `/api/products/${id}/reviews?sort=rating&cursor=x+y`,
    ]);
  });
});
