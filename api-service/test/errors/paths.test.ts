import { expect } from 'chai';
import { startApi, type Api } from '../support/api.ts';
import { assertTold } from '../support/contract.ts';
import { endpoints, unknownId } from '../support/endpoints.ts';
import type { Problem } from '../support/http-client.ts';
import { expectProblem } from '../support/problem.ts';
import { newAdmin } from '../support/tokens.ts';
import { sendRaw } from '../support/raw-http.ts';

describe('paths and methods', () => {
  let api: Api;
  before(async () => (api = await startApi()));
  after(() => api.stop());

  for (const path of [
    '/',
    '/api',
    '/api/',
    '/api/product',
    '/api/productss',
    `/api/products/${unknownId}/unknown`,
    `/api/products/${unknownId}/reviews/${unknownId}`,
    '/api/ratings/all',
    '/health',
    '/metrics/all',
    '/favicon.ico',
    '//api/products',
    '/api/__proto__',
    '/%00',
    '/%',
  ]) {
    it(`${path} is a 404, whatever the method and the body`, async () => {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const withBody = ['POST', 'PUT', 'PATCH'].includes(method);
        const options = withBody ? { body: '{', headers: { 'Content-Type': 'text/plain' } } : {};
        const answer = await api.request<Problem>(method, path, options);
        expectProblem(answer, { status: 404, code: 'PATH_UNKNOWN', instance: path });
      }
    });
  }

  for (const path of new Set(endpoints.map(({ path }) => path))) {
    const allowed = endpoints.filter((endpoint) => endpoint.path === path).map(({ method }) => method);
    const heads = allowed.includes('GET') ? ['HEAD'] : [];
    const allow = [...allowed, ...heads, 'OPTIONS'].sort().join(', ');
    const url = path.replace(':id', unknownId);

    it(`${path} allows ${allow}, and any other method is a 405`, async () => {
      const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'].filter(
        (method) => !(allowed as string[]).includes(method),
      );
      for (const method of others) {
        const answer = await api.request<Problem>(method, url);
        expectProblem(answer, { status: 405, code: 'METHOD_NOT_ALLOWED', instance: url });
        expect(answer.headers.get('allow')).to.equal(allow);
      }
      expect((await api.request('HEAD', url)).status).to.not.equal(allowed.includes('GET') ? 405 : 200);
      expect((await api.request('OPTIONS', url)).headers.get('allow')).to.equal(allow);
    });
  }

  it('refuses a method that is not allowed before it looks at the body', async () => {
    const answer = await api.request<Problem>('PUT', '/api/products', { body: 'x'.repeat(200_000) });
    expectProblem(answer, { status: 405, code: 'METHOD_NOT_ALLOWED', instance: '/api/products' });
  });
});

describe('what is no proper HTTP', () => {
  let api: Api;
  before(async () => (api = await startApi()));
  after(() => api.stop());

  const host = 'Host: shop.example\r\nConnection: close\r\n';

  for (const [what, request, status, code] of [
    [
      'a URL of 20,000 characters',
      `GET /api/products?q=${'x'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`,
      431,
      'HEAD_TOO_LARGE',
    ],
    [
      'a header of 20,000 characters',
      `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'HEAD_TOO_LARGE',
    ],
    [
      'a URL with bytes that are not ASCII',
      `GET /api/products/\u00ff HTTP/1.1\r\n${host}\r\n`,
      400,
      'REQUEST_MALFORMED',
    ],
    [
      'a header with a control character',
      `GET / HTTP/1.1\r\n${host}X: \u0001\r\n\r\n`,
      400,
      'REQUEST_MALFORMED',
    ],
    ['no method that is known', `GRAB /api/products HTTP/1.1\r\n${host}\r\n`, 400, 'REQUEST_MALFORMED'],
    [
      'a length that is no number',
      `POST /api/products HTTP/1.1\r\n${host}Content-Length: x\r\n\r\n`,
      400,
      'REQUEST_MALFORMED',
    ],
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'REQUEST_MALFORMED'],
    [
      'a URL that cannot be parsed',
      `GET http://[shop/api/products HTTP/1.1\r\n${host}\r\n`,
      400,
      'URL_MALFORMED',
    ],
    [
      'an unknown expectation',
      `GET /api/products HTTP/1.1\r\n${host}Expect: cake\r\n\r\n`,
      417,
      'EXPECTATION_FAILED',
    ],
  ] as const) {
    it(`${what} is a ${status} with a problem document`, async () => {
      const answer = await sendRaw(api.port, request);
      expect(answer.status).to.equal(status);
      expect(answer.headers.get('content-type')).to.equal('application/problem+json');
      const problem = JSON.parse(answer.body) as Problem;
      expect(problem).to.include({ status, code });
      expect(problem).to.include.keys('type', 'title', 'detail');
      assertTold(what, problem);
    });
  }

  it('a body that ends early or in a broken chunk hurts nobody else', async () => {
    const authorization = `Authorization: Bearer ${await newAdmin()}\r\n`;
    const head = `POST /api/products HTTP/1.1\r\n${host}${authorization}Content-Type: application/json\r\n`;
    const broken = await sendRaw(api.port, `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
    expect(broken.status).to.equal(400);
    expect((await api.get('/api/products')).status).to.equal(200);
  });

  it('takes a whole URL in the request line, as proxies send it', async () => {
    await api.createProduct();
    await api.createProduct();
    const request = `GET http://shop.example/api/products?limit=1 HTTP/1.1\r\n${host}\r\n`;
    const { status, headers, body } = await sendRaw(api.port, request);
    expect(status).to.equal(200);
    expect(body).to.match(/^\{"data":\[\{/);
    expect(headers.get('link')).to.match(/^<\/api\/products\?limit=1&cursor=/);
  });
});
