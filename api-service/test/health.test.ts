import { expect } from 'chai';
import { startApi, type Api } from './support/api.ts';

describe('health and metrics', () => {
  let api: Api;
  before(async () => (api = await startApi()));
  after(() => api.stop());

  it('is live', async () => {
    const { status, body } = await api.get('/health/live');
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ status: 'live' });
  });

  it('is ready, with the state of each part', async () => {
    const { status, body, headers } = await api.get('/health/ready');
    expect(status).to.equal(200);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(body).to.deep.equal({
      status: 'ready',
      parts: { postgres: 'up', migrations: 'done', cache: 'in-use', bus: 'connected' },
    });
  });

  it('serves metrics of its requests by route, not by URL', async () => {
    const { id } = await api.createProduct();
    await api.product(id);
    const { body, headers } = await api.get<string>('/metrics');
    expect(headers.get('content-type')).to.match(/^text\/plain/);
    const counted = body
      .split('\n')
      .find(
        (line) =>
          line.startsWith('ct_http_request_duration_seconds_count{') &&
          line.includes('route="/api/products/:id"'),
      );
    expect(counted).to.include('method="GET"').and.to.include('status="200"').and.to.match(/ 1$/);
    expect(body).to.not.include(id);
  });

  it('serves metrics of the relays, the bus and the cache', async () => {
    const { body } = await api.get<string>('/metrics');
    for (const metric of [
      'ct_outbox_depth_rows',
      'ct_cache_invalidation_depth_rows',
      'ct_cache_breaker_open',
    ]) {
      expect(body).to.match(new RegExp(`^${metric}\\{.*service="api-service".*\\} \\d+$`, 'm'));
    }
  });
});
