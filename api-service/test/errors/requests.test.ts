import { gzipSync } from 'node:zlib';
import { startApi, type Api } from '../support/api.ts';
import { endpoints, title, unknownId, urlOf, type Endpoint } from '../support/endpoints.ts';
import type { Problem, RequestOptions } from '../support/http-client.ts';
import { expectProblem } from '../support/problem.ts';

const json = { 'Content-Type': 'application/json' };

describe('whatever the endpoint, what is wrong is told by a problem document:', () => {
  let api: Api;
  let productId: string;
  before(async () => {
    api = await startApi();
    productId = (await api.createProduct()).id;
  });
  after(() => api.stop());

  const send = (method: string, path: string, options?: RequestOptions) =>
    api.request<Problem>(method, path, options);

  for (const endpoint of endpoints) {
    const { method, path, query = {}, body, code } = endpoint;
    const hasId = path.includes(':id');
    const sendTo = (url: string) => send(method, url, body ? { json: body(productId) } : undefined);

    describe(title(endpoint), () => {
      it('unknown query fields are a 400', async () => {
        const url = `${urlOf(endpoint, unknownId, { unknown: '1', __proto: '1' })}&__proto__=1`;
        expectProblem(await sendTo(url), {
          status: 400,
          code: 'INPUT_INVALID',
          instance: url,
          pointers: ['/unknown', '/__proto', '/__proto__'],
        });
      });

      for (const name of Object.keys(query)) {
        it(`${name} twice is a 400`, async () => {
          const url = `${urlOf(endpoint, unknownId)}&${name}=${encodeURIComponent(query[name]!)}`;
          const answer = await sendTo(url);
          expectProblem(answer, {
            status: 400,
            code: 'INPUT_INVALID',
            instance: url,
            pointers: [`/${name}`],
          });
        });
      }

      if (hasId) {
        for (const id of [
          '1',
          'abc',
          `${unknownId}0`,
          unknownId.replaceAll('-', ''),
          '%00',
          '..%2F..',
          '%F0%9F%98%80',
        ]) {
          it(`the id ${id} is a 400`, async () => {
            const url = urlOf(endpoint, id);
            expectProblem(await sendTo(url), {
              status: 400,
              code: 'INPUT_INVALID',
              instance: url,
              pointers: ['/id'],
            });
          });
        }

        it('an id with broken percent-encoding is a 400', async () => {
          for (const id of ['%', '%E0%A4%A', '%ff', '%zz']) {
            const url = urlOf(endpoint, id);
            expectProblem(await sendTo(url), { status: 400, code: 'PATH_MALFORMED', instance: url });
          }
        });

        it('an unknown id is a 404', async () => {
          for (const id of [unknownId, unknownId.toUpperCase(), '00000000-0000-0000-0000-000000000000']) {
            const url = urlOf(endpoint, id);
            expectProblem(await sendTo(url), { status: 404, code: code!, instance: url });
          }
        });
      }

      if (body) describeBody(endpoint, body);
    });
  }

  function describeBody(endpoint: Endpoint, body: (productId: string) => object) {
    const url = urlOf(endpoint, unknownId);
    const sendBody = (options: RequestOptions) => send(endpoint.method, url, options);

    it('unknown body fields are a 400 that names them all', async () => {
      const text = JSON.stringify({ ...body(productId), 'a/b~c': 1, constructor: 1 }).replace(
        '{',
        '{"__proto__":{},',
      );
      expectProblem(await sendBody({ body: text, headers: json }), {
        status: 400,
        code: 'INPUT_INVALID',
        instance: url,
        pointers: ['/a~1b~0c', '/constructor', '/__proto__'],
      });
    });

    it('a body that is no object is a 400', async () => {
      for (const other of ['[]', '[{"name":"New"}]', 'null', 'true', '5', '"text"']) {
        const answer = await sendBody({ body: other, headers: json });
        expectProblem(answer, { status: 400, code: 'INPUT_INVALID', instance: url, pointers: [''] });
      }
    });

    it('no body at all is a 400', async () => {
      expectProblem(await sendBody({}), {
        status: 400,
        code: 'INPUT_INVALID',
        instance: url,
        pointers: [''],
      });
    });

    for (const text of ['{', '{"a":}', "{'a':1}", '{"a":1}}', 'NaN', '\0', '['.repeat(50_000)]) {
      it(`the body ${JSON.stringify(text.slice(0, 8))} is malformed JSON, a 400`, async () => {
        const answer = await sendBody({ body: text, headers: json });
        expectProblem(answer, { status: 400, code: 'JSON_MALFORMED', instance: url });
      });
    }

    it('a body over 100 kB is a 413', async () => {
      const options = {
        body: JSON.stringify({ ...body(productId), name: 'x'.repeat(100_000) }),
        headers: json,
      };
      expectProblem(await sendBody(options), { status: 413, code: 'BODY_TOO_LARGE', instance: url });
    });

    it('a body that unzips to more than 100 kB is a 413', async () => {
      const bomb = new Uint8Array(gzipSync(`{"name":"${'x'.repeat(5_000_000)}"}`));
      const headers = { ...json, 'Content-Encoding': 'gzip' };
      expectProblem(await sendBody({ body: bomb, headers }), {
        status: 413,
        code: 'BODY_TOO_LARGE',
        instance: url,
      });
    });

    it('a body that does not unzip is a 400', async () => {
      const headers = { ...json, 'Content-Encoding': 'gzip' };
      const answer = await sendBody({ body: '{}', headers });
      expectProblem(answer, { status: 400, code: 'BODY_UNREADABLE', instance: url });
    });

    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/xml',
      'application/jsonp',
      'json',
      '',
    ]) {
      it(`a body of the media type ${JSON.stringify(type)} is a 415`, async () => {
        const answer = await sendBody({
          body: JSON.stringify(body(productId)),
          headers: { 'Content-Type': type },
        });
        expectProblem(answer, { status: 415, code: 'MEDIA_TYPE_UNSUPPORTED', instance: url });
      });
    }

    it('a body in another character set or encoding is a 415', async () => {
      for (const headers of [
        { 'Content-Type': 'application/json; charset=latin1' },
        { ...json, 'Content-Encoding': 'snappy' },
      ]) {
        const answer = await sendBody({ body: JSON.stringify(body(productId)), headers });
        expectProblem(answer, { status: 415, code: 'ENCODING_UNSUPPORTED', instance: url });
      }
    });
  }
});
