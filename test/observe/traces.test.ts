import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { describeWithRabbit, waitFor } from 'ct-common-lib/testing';
import { createDeployment, type Deployment } from '../support/deployment.ts';
import type { Service } from '../support/service.ts';
import { startCollector, type Collector, type SentSpan } from './collector.ts';

const redisUrl = process.env.TEST_REDIS_URL;
const server = 2;
const producer = 4;
const consumer = 5;

describeWithRabbit('traces of two services over RabbitMQ', function (rabbitUrl) {
  if (!redisUrl) return void it('needs a Redis, too');
  let collector: Collector;
  let deployment: Deployment;
  let api: Service;
  let rating: Service;

  before(async () => {
    collector = await startCollector();
    deployment = await createDeployment({ redisUrl, rabbitUrl });
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`, OTEL_BSP_SCHEDULE_DELAY: '100' };
    [api, rating] = await Promise.all([
      deployment.startApi({ ...variables, LOG_LEVEL: 'debug' }),
      deployment.startRating(variables),
    ]);
  });
  after(async () => {
    await deployment?.remove();
    await collector?.stop();
  });

  const traceparentOf = (traceId: string) => `00-${traceId}-b7ad6b7169203331-01`;
  const newTraceId = () => randomUUID().replaceAll('-', '');
  const inTrace = (traceId: string) => collector.spans.filter((span) => span.traceId === traceId);
  const named = (spans: SentSpan[], name: string) => spans.filter((span) => span.name === name);

  /** Waits until a trace has these spans, from the first to the last, each the child of the one before it; gives them. */
  const chain = (traceId: string, expected: [service: string, name: string, kind: number][]) =>
    waitFor(`the trace ${traceId}`, () => {
      const spans = inTrace(traceId);
      expect(spans.map(({ name }) => name)).to.have.members(expected.map(([, name]) => name));
      let parent = spans.find(({ kind }) => kind === server)!.parentSpanId;
      for (const [service, name, kind] of expected) {
        const span = spans.find(({ parentSpanId }) => parentSpanId === parent);
        expect(span, `what follows from ${parent}`).to.include({ service, name, kind });
        parent = span!.spanId;
      }
      return spans;
    });

  const wayOf = (method: string, type: string, route = '/api/reviews/:id'): [string, string, number][] => [
    ['api-service', `${method} ${route}`, server],
    ['api-service', `publish ${type}`, producer],
    ['rating-service', `process ${type}`, consumer],
    ['rating-service', 'publish rating-updated', producer],
    ['api-service', 'process rating-updated', consumer],
  ];

  const secret = 'nobody-shall-read-this';

  it('run from the POST of a review to its rating in the product, and hold nothing of what it says', async () => {
    const product = await api.createProduct();
    await api.createReview(product.id, { rating: 5, text: secret, title: secret, authorName: secret });
    const [request] = await waitFor('the span of the request', () => {
      const found = named(collector.spans, 'POST /api/reviews');
      return found.length > 0 ? found : undefined;
    });
    expect(request!.parentSpanId).to.equal(undefined);
    expect(request!.attributes).to.include({ 'http.route': '/api/reviews', 'http.request.method': 'POST' });
    expect(request!.attributes['http.response.status_code']).to.equal(201);
    const spans = await chain(request!.traceId, wayOf('POST', 'review-created', '/api/reviews'));
    for (const { name, attributes } of spans.filter(({ kind }) => kind !== server))
      expect(attributes['cloudevents.event_subject'], name).to.equal(product.id);
    expect(collector.sent()).not.to.include(secret);
  });

  it('continue the trace of the client, for every kind of write', async () => {
    const product = await api.createProduct();
    const review = await api.createReview(product.id, { rating: 5 });
    const path = `/api/reviews/${review.id}`;
    const traced = async (
      method: string,
      path: string,
      status: number,
      more: { json?: object; key?: string } = {},
    ) => {
      const traceId = newTraceId();
      const { json, key } = more;
      const headers = {
        traceparent: traceparentOf(traceId),
        'X-Request-Id': `r-${traceId}`,
        ...(key !== undefined && { 'Idempotency-Key': key }),
      };
      expect((await api.request(method, path, { json, headers })).status).to.equal(status);
      return traceId;
    };

    const patched = await traced('PATCH', path, 200, { json: { rating: 4 } });
    const spans = await chain(patched, wayOf('PATCH', 'review-updated'));
    expect(named(spans, 'PATCH /api/reviews/:id')[0]!.parentSpanId).to.equal('b7ad6b7169203331');
    await chain(await traced('PUT', path, 200, { json: { rating: 3 } }), wayOf('PUT', 'review-updated'));
    await chain(await traced('DELETE', path, 204), wayOf('DELETE', 'review-deleted'));
    const again = { json: { productId: product.id, rating: 3 }, key: randomUUID() };
    await chain(
      await traced('POST', '/api/reviews', 201, again),
      wayOf('POST', 'review-created', '/api/reviews'),
    );
    const removed = await traced('DELETE', `/api/products/${product.id}`, 204);
    await chain(removed, wayOf('DELETE', 'review-deleted', '/api/products/:id'));

    const lines = api.program.said.stdout.split('\n').filter((line) => line.includes(`r-${patched}`));
    expect(JSON.parse(lines[0]!)).to.include({ traceId: patched, requestId: `r-${patched}` });
  });

  it('begin anew for a traceparent that is none, and do not begin where the client does not want one', async () => {
    const unsampled = newTraceId();
    const product = await api.createProduct();
    const body = { productId: product.id, rating: 2 };
    const before = collector.spans.length;
    const headers = { traceparent: `00-${unsampled}-b7ad6b7169203331-00` };
    expect((await api.request('POST', '/api/reviews', { json: body, headers })).status).to.equal(201);
    await api.get(`/api/products/${product.id}`, { traceparent: 'nonsense' });
    await waitFor('the read', () => named(collector.spans.slice(before), 'GET /api/products/:id').length > 0);
    await waitFor('the rating', async () => (await api.product(product.id)).reviewCount === 1);
    expect(inTrace(unsampled)).to.deep.equal([]);
  });

  it('link to one another where one rating follows from several reviews', async () => {
    const product = await api.createProduct();
    const traceIds = Array.from({ length: 12 }, newTraceId);
    await Promise.all(
      traceIds.map((traceId, index) =>
        api.request('POST', '/api/reviews', {
          json: { productId: product.id, rating: 1 + (index % 5) },
          headers: { traceparent: traceparentOf(traceId) },
        }),
      ),
    );
    // Whoever leads has the rating; who does not names the leader.
    await waitFor('every trace to end at a rating, its own or a leader’s', () =>
      traceIds.every((traceId) => {
        const [processed] = named(inTrace(traceId), 'process review-created');
        const rated = (id: string) => named(inTrace(id), 'process rating-updated').length > 0;
        return rated(traceId) || processed?.links.some((link) => rated(link.traceId));
      }),
    );
  });

  it('are sent before a service has stopped', async () => {
    const traceId = newTraceId();
    await rating.get('/nothing', { traceparent: traceparentOf(traceId) });
    rating.program.signal('SIGTERM');
    expect(await rating.program.ended).to.equal(0);
    expect(inTrace(traceId).map(({ name }) => name)).to.deep.equal(['GET unmatched']);
  });
});
