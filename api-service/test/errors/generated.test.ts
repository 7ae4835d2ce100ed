import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import fc from 'fast-check';
import { startApi, type Api } from '../support/api.ts';
import { assertDescribed } from '../support/contract.ts';
import {
  generatedRequests,
  type GeneratedRequest,
  type OpenApiDocument,
} from '../support/generated-requests.ts';
import { newReview, type Page, type Review } from '../support/http-client.ts';
import { tokenOf } from '../support/tokens.ts';

const count = 10_000;
const atOnce = 16;
const pool = 300;

/** What only we may see: stacks, files, statements, words of PostgreSQL. */
const leak =
  /\n\s+at |\bat \w+ \(|\.[tj]s:\d|node_modules|\bSELECT\b|INSERT INTO|UPDATE "|relation "|syntax error|duplicate key|violates|sequelize|ECONN/i;

describe('requests made of the OpenAPI document: valid, nearly valid and hostile ones', function () {
  this.timeout(300_000);
  let api: Api;
  let requests: GeneratedRequest[];
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

  before(async () => {
    api = await startApi();
    const products = await Promise.all(Array.from({ length: pool }, () => api.createProduct()));
    const productIds = products.map(({ id }) => id);
    const reviewed = await Promise.all(
      productIds.map((productId) => api.post<Review>('/api/reviews', newReview(productId))),
    );
    const pages = await Promise.all(
      ['/api/products?limit=1', '/api/products?limit=1&sort=name'].map((path) =>
        api.page<Page<object>>(path),
      ),
    );
    const roles = ['admin', 'admin', 'admin', 'moderator', 'customer'] as const;
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        tokenOf({ role: roles[n % roles.length]!, subject: `subject-${n}` }),
      ),
    );
    const known = {
      productIds,
      reviewIds: reviewed.map(({ body }) => body.id),
      tokens,
      cursors: pages.map(({ nextCursor }) => nextCursor!),
    };
    const { body: document } = await api.get<OpenApiDocument>('/openapi.json');
    requests = fc.sample(generatedRequests(document, known), { numRuns: count, seed: 5 });
  });
  after(async () => {
    agent.destroy();
    await api.stop();
  });

  async function send({ method, target, headers, body }: GeneratedRequest) {
    const sent = request({ port: api.port, method, path: target, headers, agent, timeout: 10_000 });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.once('error', reject);
      sent.once('timeout', () => sent.destroy(new Error('no answer within 10 s')));
    });
    sent.end(body);
    const answer = await answered;
    return {
      status: answer.statusCode!,
      headers: new Headers(answer.headersDistinct as never),
      text: await text(answer),
    };
  }

  /** What is wrong with the answer; undefined: nothing. */
  async function faultOf(sent: GeneratedRequest, statuses: Set<number>): Promise<string | undefined> {
    const { status, headers, text } = await send(sent);
    statuses.add(status);
    if (status >= 500) return `${status} ${text}`;
    const isJson = headers.get('content-type')?.includes('json') ?? false;
    const body = (text === '' ? undefined : isJson ? JSON.parse(text) : text) as
      Record<string, unknown> | undefined;
    assertDescribed(sent.method, sent.target, { status, headers, body });
    if (status < 400) return undefined;
    if (headers.get('content-type') !== 'application/problem+json')
      return `${status} of ${headers.get('content-type')}`;
    if (body?.status !== status) return `${status} with a problem of ${String(body?.status)}`;
    // Without what the client itself has said.
    const { instance: _path, errors, ...said } = body as { instance?: string; errors?: { detail: string }[] };
    const told = JSON.stringify({ ...said, errors: errors?.map(({ detail }) => detail) });
    return leak.test(told) ? `it tells of our inside: ${told}` : undefined;
  }

  it(`are answered, all ${count} of them, as the document says, without a 5xx and without a look inside`, async () => {
    const faults: string[] = [];
    const seen = new Map<string, Set<number>>();
    let next = 0;
    const work = async () => {
      for (let sent = requests[next++]; sent; sent = requests[next++]) {
        const statuses = seen.get(sent.operation) ?? new Set();
        seen.set(sent.operation, statuses);
        const fault = await faultOf(sent, statuses).catch((error: Error) => error.message);
        if (fault !== undefined)
          faults.push(
            `${sent.method} ${sent.target} ${JSON.stringify(sent.headers)} ${String(sent.body).slice(0, 500)}: ${fault}`,
          );
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    expect(faults.slice(0, 5), `${faults.length} faults`).to.deep.equal([]);
    for (const [operation, statuses] of seen) {
      expect(
        [...statuses].some((status) => status < 300),
        `${operation}: one that is right`,
      ).to.equal(true);
      expect(
        [...statuses].some((status) => status >= 400),
        `${operation}: one that is wrong`,
      ).to.equal(true);
    }
  });
});
