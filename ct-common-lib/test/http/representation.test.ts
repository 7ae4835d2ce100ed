import { expect } from 'chai';
import fc from 'fast-check';
import { route, representationCodec, sendPage, sendRepresentation } from '../../src/http/index.ts';
import { served } from './served.ts';

const etag = '"1.7"';
const product = { etag, body: Buffer.from('{"name":"Füller"}') };

describe('representationCodec', () => {
  it('gives back every tag and every body, byte for byte', () => {
    const tag = fc.stringMatching(/^"[\x21\x23-\x7e]{0,200}"$/);
    fc.assert(
      fc.property(tag, fc.uint8Array(), (etag, bytes) => {
        const body = Buffer.from(bytes);
        const decoded = representationCodec.decode(representationCodec.encode({ etag, body }));
        expect(decoded).to.deep.equal({ etag, body });
      }),
    );
  });
});

describe('sendRepresentation', () => {
  const { send } = served((router) => {
    const handler = (...[req, res]: Parameters<Parameters<typeof route>[2]['get'] & object>) =>
      sendRepresentation(req, res, product);
    route(router, '/product', { get: handler, put: handler });
  });
  const get = (ifNoneMatch: string) => send('GET', '/product', { headers: { 'If-None-Match': ifNoneMatch } });

  it('sends the very bytes with their tag, and has caches ask each time', async () => {
    const answer = await send('GET', '/product');
    expect(answer.json()).to.deep.equal({ name: 'Füller' });
    expect(answer.headers).to.include({
      etag,
      'cache-control': 'no-cache',
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(product.body.length),
    });
  });

  it('answers HEAD with the same headers and no body', async () => {
    const answer = await send('HEAD', '/product');
    expect(answer.text).to.equal('');
    expect(answer.headers).to.include({ etag, 'content-length': String(product.body.length) });
  });

  for (const header of [etag, `W/${etag}`, `"0", ${etag}`, `"0",W/${etag} , "2"`, '*', ' * ']) {
    it(`answers 304 to If-None-Match: ${header}`, async () => {
      const answer = await get(header);
      expect(answer).to.include({ status: 304, text: '' });
      expect(answer.headers).to.include({ etag, 'cache-control': 'no-cache' });
      expect(answer.headers).not.to.have.any.keys('content-length', 'content-type');
    });
  }

  for (const header of ['"1.8"', '1.7', 'W/"0", "2"', '', '"*"']) {
    it(`sends the whole to If-None-Match: ${header || '(empty)'}`, async () => {
      expect(await get(header)).to.include({ status: 200, text: product.body.toString() });
    });
  }

  it('answers 304 to HEAD, and never to a write', async () => {
    const headers = { 'If-None-Match': etag };
    expect((await send('HEAD', '/product', { headers })).status).to.equal(304);
    expect((await send('PUT', '/product', { headers })).status).to.equal(200);
  });
});

describe('sendPage', () => {
  let nextCursor: string | null = null;
  let count = 0;
  const { send } = served((router) => {
    route(router, '/', {
      get: (req, res) => {
        const items = Array.from({ length: count }, (_, i) => ({ etag, body: Buffer.from(`{"ü":${i}}`) }));
        sendPage(req, res, { items, nextCursor });
      },
    });
  }, '/api/products');

  for (const items of [0, 1, 3]) {
    it(`sends ${items} items as one JSON text`, async () => {
      [count, nextCursor] = [items, null];
      const answer = await send('GET', '/api/products');
      const data = Array.from({ length: items }, (_, i) => ({ ü: i }));
      expect(answer.json()).to.deep.equal({ data, nextCursor: null });
      expect(answer.headers['content-length']).to.equal(String(Buffer.byteLength(answer.text)));
      expect(answer.headers).not.to.have.property('link');
    });
  }

  it('links to the next page, with every other parameter kept and the cursor replaced', async () => {
    [count, nextCursor] = [1, 'a+b/c='];
    const answer = await send('GET', '/api/products?sort=-price&q=a%20%26%20b&cursor=old&rating=4,5');
    expect(answer.json()).to.include({ nextCursor: 'a+b/c=' });
    const [, target, rel] = /^<([^>]*)>; (.*)$/.exec(String(answer.headers.link)) ?? [];
    expect(rel).to.equal('rel="next"');
    const next = new URL(target!, 'http://host');
    expect(next.pathname).to.equal('/api/products');
    expect(Object.fromEntries(next.searchParams)).to.deep.equal({
      sort: '-price',
      q: 'a & b',
      cursor: 'a+b/c=',
      rating: '4,5',
    });
  });
});
