import { expect } from 'chai';
import { endpoint, route } from '../../src/http/index.ts';
import { NotFoundError, TransientError } from '../../src/index.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { json, served } from './served.ts';

describe('createApp', () => {
  const { send, metrics, logged } = served((router) => {
    route(router, '/:id', {
      get: endpoint({}, (_input, res, req) => {
        if (req.params.id === 'broken') throw new Error('broken');
        if (req.params.id === 'away') throw new TransientError('AWAY');
        if (req.params.id === 'none') throw new NotFoundError('REVIEW_NOT_FOUND');
        res.json({});
      }),
      post: endpoint({}, (_input, res, req) => void res.json({ body: req.body as unknown })),
    });
  }, '/api/reviews');

  it('tells nothing of what it is made of, and forbids guessing the type', async () => {
    const { headers } = await send('GET', '/api/reviews/1');
    expect(headers).to.include({ 'x-content-type-options': 'nosniff' });
    expect(headers).not.to.have.any.keys('x-powered-by', 'etag');
  });

  it('answers 404 to a path that is not there', async () => {
    const answer = await send('GET', '/api/nothing');
    expect(answer.status).to.equal(404);
    expect(answer.json()).to.include({ code: 'PATH_UNKNOWN', instance: '/api/nothing' });
  });

  for (const type of [
    'application/json',
    'application/merge-patch+json',
    'application/json; charset=utf-8',
  ]) {
    it(`reads a body of ${type}`, async () => {
      const answer = await send('POST', '/api/reviews/1', {
        body: '{"a":1}',
        headers: { 'Content-Type': type },
      });
      expect(answer.json()).to.deep.equal({ body: { a: 1 } });
    });
  }

  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'nonsense', undefined]) {
    it(`refuses a body of ${type ?? 'no type'} with 415`, async () => {
      const headers: Record<string, string> = type ? { 'Content-Type': type } : {};
      const answer = await send('POST', '/api/reviews/1', { body: 'a=1', headers });
      expect(answer.status).to.equal(415);
      expect(answer.headers.accept).to.equal('application/json, application/merge-patch+json');
      expect(answer.json()).to.include({ code: 'MEDIA_TYPE_UNSUPPORTED' });
    });
  }

  it('times requests by the whole pattern of their route, also those that fail', async () => {
    await send('GET', '/api/reviews/17');
    await send('GET', '/api/reviews/none');
    await send('POST', '/api/reviews/17', { body: '{', headers: json });
    await send('GET', '/api/17');
    const counted = await waitFor('the last of them to be counted', async () => {
      const { values } = await metrics.getSingleMetric('ct_http_request_duration_seconds')!.get();
      const labels = values.map((value) => Object.values(value.labels).join(' '));
      return labels.includes('GET unmatched 404') ? labels : null;
    });
    expect(counted).to.include.members([
      'GET /api/reviews/:id 200',
      'GET /api/reviews/:id 404',
      'POST /api/reviews/:id 400',
    ]);
    expect(counted.join()).not.to.include('17');
  });

  it('gives every answer an id of its own, and names it in the line of the request', async () => {
    const answers = [await send('GET', '/api/reviews/1'), await send('GET', '/api/nothing')];
    const ids = answers.map(({ headers }) => headers['x-request-id']);
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(ids[0]).not.to.equal(ids[1]);
    await waitFor('both lines', () => logged('debug').length === 2);
    expect(logged('debug').map(({ requestId }) => requestId)).to.deep.equal(ids);
  });

  it('takes over the id that a request brings, and none that could forge a log', async () => {
    const idOf = async (brought: string) =>
      (await send('GET', '/api/reviews/1', { headers: { 'X-Request-Id': brought } })).headers['x-request-id'];
    expect(await idOf('shop-7:4711')).to.equal('shop-7:4711');
    for (const bad of ['', 'a b', 'x'.repeat(129), '"},{"level":"fatal"', 'é'])
      expect(await idOf(bad), bad).to.match(/^[0-9a-f-]{36}$/);
  });

  it('names the id in the line of a failure, also of one that a client has to repeat', async () => {
    const headers = { 'X-Request-Id': 'r-1' };
    await send('GET', '/api/reviews/broken', { headers });
    await send('GET', '/api/reviews/away', { headers });
    expect(logged('error')[0]).to.include({ requestId: 'r-1', msg: 'request failed' });
    expect(logged('warn')[0]).to.include({ requestId: 'r-1', msg: 'request refused for now' });
  });

  it('logs every request at level debug', async () => {
    await send('GET', '/api/reviews/none');
    expect(logged('debug')[0]).to.include({ method: 'GET', route: '/api/reviews/:id', status: 404 });
  });
});
