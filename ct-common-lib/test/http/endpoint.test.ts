import { expect } from 'chai';
import { z } from 'zod';
import { endpoint, route } from '../../src/http/index.ts';
import { json, served } from './served.ts';

describe('endpoint', () => {
  const schemas = {
    params: z.strictObject({ id: z.uuid() }),
    query: z.strictObject({ limit: z.coerce.number().int().max(100).default(20) }),
    body: z.strictObject({
      rating: z.int().max(5),
      'a/b~c': z.record(z.string(), z.number()).optional(),
      tags: z.array(z.string()).optional(),
    }),
  };
  const { send } = served((router) => {
    route(router, '/reviews/:id', {
      put: endpoint(schemas, ({ params, query, body }, res) => void res.json({ params, query, body })),
      get: endpoint({}, ({ params, query, body }, res) => void res.json([params, query, body].map(String))),
    });
  });
  const id = '0198c5a0-1111-7000-8000-000000000000';
  const put = (target: string, body: unknown) =>
    send('PUT', target, { body: JSON.stringify(body), headers: json });

  it('hands over what the schemas made of path, query and body', async () => {
    const answer = await put(`/reviews/${id}?limit=5`, { rating: 4 });
    expect(answer.json()).to.deep.equal({ params: { id }, query: { limit: 5 }, body: { rating: 4 } });
  });

  it('names every fault of path, query and body at once', async () => {
    const answer = await put('/reviews/7?limit=1000&colour=red', { rating: 6, stars: 5, tags: ['a', 1] });
    expect(answer.status).to.equal(400);
    const problem = answer.json<{ code: string; errors: { pointer: string; detail: string }[] }>();
    expect(problem.code).to.equal('INPUT_INVALID');
    expect(problem.errors.map(({ pointer }) => pointer)).to.have.members([
      '/id',
      '/limit',
      '/colour',
      '/rating',
      '/tags/1',
      '/stars',
    ]);
    const details = Object.fromEntries(problem.errors.map(({ pointer, detail }) => [pointer, detail]));
    expect(details['/id']).to.match(/^path: /);
    expect(details['/limit']).to.match(/^query: .*100/);
    expect(details['/colour']).to.equal('unknown query field');
    expect(details['/stars']).to.equal('unknown body field');
  });

  it('escapes the pointers as RFC 6901 wants it', async () => {
    const answer = await put(`/reviews/${id}`, { rating: 1, 'a/b~c': { 'x~/y': 'no number' } });
    expect(answer.json().errors).to.have.deep.nested.property('[0].pointer', '/a~1b~0c/x~0~1y');
  });

  it('says of a body that there is none, or that it is no object', async () => {
    const none = await send('PUT', `/reviews/${id}`);
    expect(none.json().errors).to.deep.equal([{ pointer: '', detail: 'a body is required: a JSON object' }]);
    for (const body of [null, 5, 'x', []]) {
      const answer = await put(`/reviews/${id}`, body);
      expect(answer.json().errors).to.deep.equal([{ pointer: '', detail: 'must be a JSON object' }]);
    }
  });

  it('says of a field that it is missing, and of a query parameter that it is there twice', async () => {
    const answer = await put(`/reviews/${id}?limit=1&limit=2`, {});
    expect(answer.json().errors).to.deep.equal([
      { pointer: '/limit', detail: 'query: may be given once' },
      { pointer: '/rating', detail: 'is required' },
    ]);
  });

  it('refuses a query that is not valid percent-encoding', async () => {
    for (const query of ['limit=%', 'limit=%zz', 'limit=%ff', 'limit=1&%ed%a0%80']) {
      const answer = await put(`/reviews/${id}?${query}`, { rating: 1 });
      expect(answer.status, query).to.equal(400);
      expect(answer.json(), query).to.include({ code: 'QUERY_MALFORMED' });
    }
    expect((await put(`/reviews/${id}?limit=%31`, { rating: 1 })).json().query).to.deep.equal({ limit: 1 });
  });

  it('refuses __proto__ as any other field that it does not know', async () => {
    const body = '{"rating": 1, "__proto__": {"admin": true}}';
    const answer = await send('PUT', `/reviews/${id}?__proto__=1`, { body, headers: json });
    expect(answer.status).to.equal(400);
    expect(answer.json().errors).to.deep.equal([
      { pointer: '/__proto__', detail: 'unknown query field' },
      { pointer: '/__proto__', detail: 'unknown body field' },
    ]);
  });

  it('refuses a query parameter that is given twice where one is wanted', async () => {
    const answer = await put(`/reviews/${id}?limit=1&limit=2`, { rating: 1 });
    expect(answer.json().errors).to.have.deep.nested.property('[0].pointer', '/limit');
  });

  it('takes no query parameter when there is no schema for them', async () => {
    const answer = await send('GET', `/reviews/${id}?debug=1`);
    expect(answer.status).to.equal(400);
    expect(answer.json().errors).to.deep.equal([{ pointer: '/debug', detail: 'unknown query field' }]);
  });

  it('hands over nothing of path and body when there is no schema for them', async () => {
    const answer = await send('GET', `/reviews/${id}`);
    expect(answer.json()).to.deep.equal(['undefined', '[object Object]', 'undefined']);
  });
});

describe('route', () => {
  const { send } = served((router) => {
    const echo = endpoint({}, (_input, res, req) => void res.json({ method: req.method }));
    route(router, '/reviews', { get: echo, post: echo, put: echo, patch: echo, delete: echo });
    route(router, '/write-only', { post: echo });
  });

  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    it(`calls the handler of ${method}`, async () => {
      expect((await send(method, '/reviews')).json()).to.deep.equal({ method });
    });
  }

  it('answers HEAD as GET, without the body', async () => {
    const [head, get] = [await send('HEAD', '/reviews'), await send('GET', '/reviews')];
    expect(head).to.include({ status: 200, text: '' });
    expect(head.headers['content-type']).to.equal(get.headers['content-type']);
  });

  it('answers 405 with what is allowed to another method', async () => {
    const answer = await send('DELETE', '/write-only');
    expect(answer.status).to.equal(405);
    expect(answer.headers.allow).to.equal('OPTIONS, POST');
    expect(answer.json()).to.include({
      code: 'METHOD_NOT_ALLOWED',
      detail: 'This path allows OPTIONS, POST.',
    });
  });

  it('counts HEAD in only where there is a GET', async () => {
    expect((await send('HEAD', '/write-only')).status).to.equal(405);
    const { headers } = await send('TRACE', '/reviews');
    expect(headers.allow).to.equal('DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT');
  });

  it('answers OPTIONS with what is allowed and nothing else', async () => {
    const answer = await send('OPTIONS', '/write-only');
    expect(answer).to.include({ status: 204, text: '' });
    expect(answer.headers.allow).to.equal('OPTIONS, POST');
  });
});
