import { expect } from 'chai';
import { configSchema } from '../src/config.ts';
import { startApi, type Api } from './support/api.ts';
import { unknownId } from './support/endpoints.ts';
import { sendRaw } from './support/raw-http.ts';

const shop = 'https://shop.example';

describe('CORS_ORIGINS', () => {
  let api: Api;
  afterEach(() => api.stop());

  const allowedFor = async (origin: string, path = '/api/products') =>
    (await api.get(path, { Origin: origin })).headers.get('access-control-allow-origin');

  it('allows no other origin unless told', async () => {
    api = await startApi();
    const { headers } = await api.get('/api/products', { Origin: shop });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).to.deep.equal([]);
  });

  it('allows those that are named, errors included', async () => {
    api = await startApi({ corsOrigins: [shop, 'https://admin.shop.example'] });
    expect(await allowedFor(shop)).to.equal(shop);
    expect(await allowedFor('https://admin.shop.example')).to.equal('https://admin.shop.example');
    expect(await allowedFor('https://evil.example')).to.equal(null);
    expect(await allowedFor(shop, `/api/products/${unknownId}`)).to.equal(shop);
    const { headers } = await api.get('/api/products', { Origin: shop });
    for (const name of ['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After'])
      expect(headers.get('access-control-expose-headers')?.split(',')).to.include(name);
    // A cache between may not give the answer for one origin to another.
    expect(headers.get('vary')).to.match(/origin/i);
    expect(headers.get('access-control-allow-credentials')).to.equal(null);
  });

  it('allows them to read what is refused before the API sees it', async () => {
    api = await startApi({ corsOrigins: [shop] });
    const request = `GET /api/products HTTP/1.1\r\nOrigin: ${shop}\r\n\r\n`;
    const { status, headers } = await sendRaw(api.port, request);
    expect(status).to.equal(400);
    expect(headers.get('access-control-allow-origin')).to.equal(shop);
    expect(headers.get('access-control-expose-headers')?.split(',')).to.include('Retry-After');
  });

  it('lets a browser ask before it writes', async () => {
    api = await startApi({ corsOrigins: ['*'] });
    const { status, headers } = await api.request('OPTIONS', `/api/products/${unknownId}`, {
      headers: {
        Origin: shop,
        'Access-Control-Request-Method': 'PATCH',
        'Access-Control-Request-Headers': 'content-type,if-match',
      },
    });
    expect(status).to.equal(204);
    expect(headers.get('access-control-allow-origin')).to.equal('*');
    expect(headers.get('access-control-allow-methods')).to.include('PATCH');
    expect(headers.get('access-control-allow-headers')).to.equal('content-type,if-match');
    expect(headers.get('allow')).to.include('PATCH');
  });
});

describe('the setting CORS_ORIGINS', () => {
  const parse = (value: string) => configSchema.safeParse({ CORS_ORIGINS: value });

  it('is * or a list of origins', () => {
    for (const [value, origins] of [
      ['*', ['*']],
      [shop, [shop]],
      [`${shop}, http://localhost:8080`, [shop, 'http://localhost:8080']],
    ] as const)
      expect(parse(value).data?.corsOrigins).to.deep.equal(origins);
  });

  it('is refused if an origin would never match', () => {
    for (const value of ['shop.example', `${shop}/`, `${shop}/shop`, `${shop},*`, `${shop},`])
      expect(parse(value).error?.issues[0]?.message, value).to.match(/^must be \*/);
  });
});
