import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Account } from '../../src/accounts/account.model.ts';
import { createLinks } from '../../src/accounts/links.ts';
import { hashPassword } from '../../src/accounts/password.ts';
import { createSigner } from '../../src/auth/signer.ts';
import type { Tokens } from '../accounts/support.ts';
import { connect, startApi, type Api } from '../support/api.ts';
import { assertDescribed } from '../support/contract.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import {
  generatedRequests,
  type GeneratedRequest,
  type OpenApiDocument,
} from '../support/generated-requests.ts';
import { newApiKey, password, type Page } from '../support/http-client.ts';
import { auth, tokenOf } from '../support/tokens.ts';

const count = 10_000;
/** What is sent: the same each time, or, with GENERATED_SEED=random or a number, something else. */
const { GENERATED_SEED = '5' } = process.env;
const seed = GENERATED_SEED === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(GENERATED_SEED);
const atOnce = 8;
// Tells one that hangs from one that waits, on a busy machine, for the passwords of the seven others.
const answersWithinMs = 60_000;
const pool = 300;

/** What `work` gives for each, in their order; so many at once as are sent later, as more would be refused. */
async function inTurn<Item, Result>(items: Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [n, item] of left) results[n] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** What only we may see: stacks, files, statements, words of PostgreSQL. */
const leak =
  /\n\s+at |\bat \w+ \(|\.[tj]s:\d|node_modules|\bSELECT\b|INSERT INTO|UPDATE "|relation "|syntax error|duplicate key|violates|sequelize|ECONN/i;

/** What an authenticator shows cannot be generated ahead. */
const takesTheCodeOfNow = /second-factor\/(confirmation|removal)$/;

describe('requests made of the OpenAPI document: valid, nearly valid and hostile ones', function () {
  this.timeout(900_000);
  let api: Api;
  let sequences: GeneratedRequest[][];
  const { log, linesOf } = createMemoryLog(2 * count);
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

  before(async () => {
    api = await startApi({ log });
    const products = await inTurn(Array.from({ length: pool }), () => api.createProduct());
    const productIds = products.map(({ id }) => id);
    const reviews = await inTurn(productIds, (productId) => api.createReview(productId));
    const pages = await Promise.all(
      ['/api/products?limit=1', '/api/products?limit=1&sort=name'].map((path) =>
        api.page<Page<object>>(path),
      ),
    );
    const roles = ['admin', 'admin', 'admin', 'moderator', 'customer'] as const;
    const accounts = await createAccounts();
    const tokens = await Promise.all(
      accounts.map(({ id }, n) => tokenOf({ role: roles[n % roles.length]!, subject: id })),
    );
    const emails = accounts.map(({ email }) => email);
    const sessions = await inTurn(emails.slice(0, 100), (email) =>
      create<Tokens>('/api/sessions', { email, password }),
    );
    const keys = await inTurn(productIds, () => create<{ id: string }>('/api/keys', newApiKey()));
    const apiKeys = await createApiKeys();
    const links = createLinks(auth, createSigner(auth), () => {
      throw new Error('no link is read here');
    });
    const linkTokens = await Promise.all(
      accounts.map(async (account, n) => {
        const kind = n % 2 === 0 ? 'verify-email' : 'reset-password';
        return (await links.make(kind, account, '')).split('#')[1]!;
      }),
    );
    const known = {
      password,
      emails,
      linkTokens,
      accountIds: accounts.map(({ id }) => id),
      refreshTokens: sessions.map(({ refreshToken }) => refreshToken),
      keyIds: keys.map(({ id }) => id),
      productIds,
      reviewIds: reviews.map(({ id }) => id),
      tokens,
      apiKeys,
      cursors: pages.map(({ nextCursor }) => nextCursor!),
    };
    const { body: document } = await api.get<OpenApiDocument>('/openapi.json');
    sequences = fc.sample(generatedRequests(document, known), { numRuns: count, seed });
  });
  async function create<T>(path: string, json: object): Promise<T> {
    const { status, body } = await api.post<T>(path, json);
    expect(status, JSON.stringify(body)).to.equal(201);
    return body;
  }

  async function createAccounts() {
    const db = await connect(api.databaseUrl);
    const { rows } = await db.query<Account & { id: string; email: string }>(
      `INSERT INTO accounts (email, password_hash, email_verified_at) SELECT 'known-' || n || '@shop.example', $1, now() FROM generate_series(1, 300) n
       RETURNING id, email, password_hash AS "passwordHash"`,
      [await hashPassword(password)],
    );
    await db.end();
    return rows;
  }

  /** Of each scope, and one that was revoked. */
  async function createApiKeys() {
    const scopes = ['reviews:write', 'reviews:moderate', 'products:write', 'products:write'];
    const created = await inTurn(scopes, (scope) =>
      create<{ id: string; key: string }>('/api/keys', newApiKey({ scopes: [scope] })),
    );
    await api.delete(`/api/keys/${created.at(-1)!.id}`);
    return created.map(({ key }) => key);
  }

  after(async () => {
    agent.destroy();
    await api.stop();
  });

  async function send({ method, target, headers: given, body }: GeneratedRequest, id: string) {
    const headers = { ...given, 'X-Request-Id': id };
    const sent = request({ port: api.port, method, path: target, headers, agent, timeout: answersWithinMs });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.once('error', reject);
      sent.once('timeout', () => sent.destroy(new Error(`no answer within ${answersWithinMs} ms`)));
    });
    sent.end(body);
    const answer = await answered;
    return {
      status: answer.statusCode!,
      headers: new Headers(answer.headersDistinct as never),
      text: await text(answer),
    };
  }

  /** What was answered, of which nothing may be missing in the end. */
  const seen = {
    statuses: new Map<string, Set<number>>(),
    codes: new Set<string>(),
    methods: new Set<string>(),
    replays: 0,
    keyed: 0,
  };

  function note(
    { operation, method, headers: { Authorization = '' } }: GeneratedRequest,
    status: number,
    headers: Headers,
    code: unknown,
  ) {
    if (operation !== undefined) {
      const statuses = seen.statuses.get(operation) ?? new Set();
      seen.statuses.set(operation, statuses.add(status));
    }
    if (typeof code === 'string') seen.codes.add(code);
    if (status < 300) seen.methods.add(method);
    if (headers.has('idempotency-replayed')) seen.replays++;
    if (status < 300 && Authorization.startsWith('Bearer ctr_')) seen.keyed++;
  }

  /** What is wrong with the answer; undefined: nothing. */
  async function faultOf(sent: GeneratedRequest, id: string): Promise<string | undefined> {
    const { status, headers, text } = await send(sent, id);
    const isJson = headers.get('content-type')?.includes('json') ?? false;
    const body = (text === '' ? undefined : isJson ? JSON.parse(text) : text) as
      Record<string, unknown> | undefined;
    note(sent, status, headers, body?.code);
    if (status >= 500) return `${status} ${text}`;
    assertDescribed(sent.method, sent.target, { status, headers, body });
    if (status < 400 || sent.method === 'HEAD') return undefined;
    if (headers.get('content-type') !== 'application/problem+json')
      return `${status} of ${headers.get('content-type')}`;
    if (body?.status !== status) return `${status} with a problem of ${String(body?.status)}`;
    // Without what the client itself has said.
    const { instance: _path, errors, ...said } = body as { instance?: string; errors?: { detail: string }[] };
    const told = JSON.stringify({ ...said, errors: errors?.map(({ detail }) => detail) });
    return leak.test(told) ? `it tells of our inside: ${told}` : undefined;
  }

  it(`are answered, all ${count} of them and more (GENERATED_SEED=${seed}), as the document says, without a 5xx and without a look inside`, async () => {
    const faults: { what: string; id: string }[] = [];
    let sentSoFar = 0;
    await inTurn(sequences, async (sequence) => {
      for (const sent of sequence) {
        const id = `generated-${++sentSoFar}`;
        const fault = await faultOf(sent, id).catch((error: Error) => error.message);
        if (fault === undefined) continue;
        const { method, target, headers, body } = sent;
        const what = `${method} ${target} ${JSON.stringify(headers)} ${String(body).slice(0, 500)}: ${fault}`;
        faults.push({ what, id });
      }
    });
    const logged = faults.slice(0, 5).map(({ what, id }) => ({ what, log: linesOf(id) }));
    expect(
      logged,
      `${faults.length} faults, the first with what the service has logged of them`,
    ).to.deep.equal([]);
    for (const [operation, statuses] of seen.statuses) {
      if (!takesTheCodeOfNow.test(operation))
        expect(
          [...statuses].some((status) => status < 300),
          `${operation}: one that is right`,
        ).to.equal(true);
      expect(
        [...statuses].some((status) => status >= 400),
        `${operation}: one that is wrong`,
      ).to.equal(true);
    }
    expect([...seen.methods]).to.include.members(['HEAD', 'OPTIONS']);
    expect([...seen.codes]).to.include.members([
      'IDEMPOTENCY_KEY_INVALID',
      'IDEMPOTENCY_KEY_REUSED',
      'KEY_INVALID',
      'METHOD_NOT_ALLOWED',
      'PATH_UNKNOWN',
      'TOKEN_INVALID',
      'TOKEN_MISSING',
      'VERSION_MISMATCH',
    ]);
    expect(seen.replays, 'answers given before').to.be.above(20);
    expect(seen.keyed, 'done with an API key').to.be.above(20);
  });
});
