import { expect } from 'chai';
import { createHealthRouter } from '../../src/http/index.ts';
import { createMetrics } from '../../src/index.ts';
import { served } from './served.ts';

describe('createHealthRouter', () => {
  let ready = true;
  const { send } = served((router) => {
    const state = async () => ({ ready, parts: { postgres: ready ? 'up' : 'down', redis: 'down' } });
    router.use(createHealthRouter({ ready: state, metrics: createMetrics('api-service') }));
  });
  afterEach(() => void (ready = true));

  it('says that the process lives, whatever the rest does', async () => {
    ready = false;
    const answer = await send('GET', '/health/live');
    expect(answer.status).to.equal(200);
    expect(answer.json()).to.deep.equal({ status: 'live' });
  });

  it('says that it is ready, with the state of each part', async () => {
    const answer = await send('GET', '/health/ready');
    expect(answer.status).to.equal(200);
    expect(answer.headers).to.include({ 'cache-control': 'no-store' });
    expect(answer.json()).to.deep.equal({ status: 'ready', parts: { postgres: 'up', redis: 'down' } });
  });

  it('answers 503 while it is not ready', async () => {
    ready = false;
    const answer = await send('GET', '/health/ready');
    expect(answer.status).to.equal(503);
    expect(answer.json()).to.deep.equal({ status: 'not ready', parts: { postgres: 'down', redis: 'down' } });
  });

  it('answers to no other spelling, which a proxy that hides these paths might let pass', async () => {
    for (const path of ['/METRICS', '/metrics/', '/Health/live', '/health/ready/'])
      expect((await send('GET', path)).status, path).to.equal(404);
  });

  it('gives the metrics in the format of Prometheus', async () => {
    const answer = await send('GET', '/metrics');
    expect(answer.headers['content-type']).to.match(/^text\/plain; version=0\.0\.4/);
    expect(answer.text).to.match(/^process_resident_memory_bytes\{service="api-service"\} \d+$/m);
  });
});
