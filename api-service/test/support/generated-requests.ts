import fc from 'fast-check';
import { unknownId } from './endpoints.ts';

export interface GeneratedRequest {
  /** Of the operation that it is meant for: `POST /api/reviews`; undefined: it is meant for none. */
  operation: string | undefined;
  method: string;
  target: string;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
}

/** What is there to be named in a request. */
export interface Known {
  productIds: string[];
  reviewIds: string[];
  /** Tokens of admins and others. */
  tokens: string[];
  /** API keys, good ones and others. */
  apiKeys: string[];
  cursors: string[];
  accountIds: string[];
  emails: string[];
  /** Of all of them. */
  password: string;
  refreshTokens: string[];
  /** Of links in mails. */
  linkTokens: string[];
  keyIds: string[];
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema: Schema;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const hostileTexts = [
  "'; DROP TABLE reviews; --",
  "1' OR '1'='1",
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  'a\0b',
  '\ud800',
  '\udfff\ud800',
  'مرحبا بالعالم',
  '\u202Egnp.exe',
  '${7*7}{{7*7}}',
  '../../etc/passwd',
  '%00%ff',
  '',
  ' \t\n',
  '\u{1F600}'.repeat(60),
  'x'.repeat(10_001),
  'NaN',
  '1e999',
  '__proto__',
  'constructor',
];
const hostileValues: unknown[] = [
  ...hostileTexts,
  -1,
  0,
  4.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  true,
  null,
  [],
  [[]],
  {},
  { toString: 1 },
  ['5'],
];
const hostileBodies: (string | Buffer)[] = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '5',
  '\ufeff{}',
  '{"rating":5,"rating":"x"}',
  '{"rating":1e999}',
  '{"name":"a","sku":"b","price":1e400}',
  '['.repeat(40_000),
  '{"a":'.repeat(15_000) + '1' + '}'.repeat(15_000),
  `{"text":"${'x'.repeat(1_000_000)}"}`,
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.alloc(100),
];
const hostileHeaders = [
  '',
  '*',
  '"',
  'W/"1"',
  '"1-a", "2-b"',
  'x'.repeat(4_000),
  'null',
  "' OR 1=1 --",
  '\u00e9',
];

/** So few that unrelated requests meet with one. */
const sharedKeys = Array.from({ length: 20 }, (_, n) => `shared-${n}`);
const hostileKeys = [
  '',
  ' ',
  'a b',
  '"',
  '"a',
  'x'.repeat(256),
  'x'.repeat(8_000),
  '\u00e9',
  '__proto__',
  "' OR 1=1 --",
];

const unknownPaths = [
  '/',
  '/api',
  '/api/',
  '/api/product',
  `/api/products/${unknownId}/reviews/${unknownId}`,
  '/api/%00',
  '/%zz',
  '/api/__proto__',
  '/favicon.ico',
  '/.env',
  '/wp-login.php',
];
const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'];

/**
 * Requests to be sent one after the other. Most are alone; those with an `Idempotency-Key` come again, some with another body. Some are as
 * the schemas want them, some nearly, and some as an attacker would have them.
 */
export function generatedRequests(document: OpenApiDocument, known: Known): fc.Arbitrary<GeneratedRequest[]> {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

  const resolve = ({ $ref, ...schema }: Schema): Schema =>
    $ref === undefined ? schema : document.components.schemas[$ref.split('/').at(-1)!]!;

  function valueOf(given: Schema, name: string): fc.Arbitrary<unknown> {
    const schema = resolve(given);
    if (name === 'productId') return fc.constantFrom(...known.productIds);
    if (name === 'productIds')
      return fc
        .array(fc.constantFrom(...known.productIds), { minLength: 1, maxLength: 5 })
        .map((ids) => ids.join());
    if (name === 'sku') return fc.uuid();
    if (name === 'token') return fc.constantFrom(...known.linkTokens);
    if (name === 'refreshToken') return fc.constantFrom(...known.refreshTokens);
    if (name === 'expiresAt') return fc.constantFrom(null, '2100-01-01T00:00:00Z');
    if (schema.format === 'password') return fc.constant(known.password);
    if (schema.format === 'email')
      return fc.oneof(
        fc.constantFrom(...known.emails),
        fc.uuid().map((name) => `${name}@shop.example`),
      );
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => valueOf(one, name)));
    const [type] = [schema.type].flat();
    if (type === 'null') return fc.constant(null);
    if (type === 'integer') return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1_000 });
    if (type === 'number' || name === 'price')
      return fc.integer({ min: 0, max: 99_999 }).map((cents) => cents / 100);
    if (type === 'object') return objectOf(schema);
    if (type === 'array') return fc.uniqueArray(valueOf(schema.items!, name), { minLength: 1, maxLength: 3 });
    if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern));
    const { minLength = 0, maxLength = 50 } = schema;
    return fc.string({ minLength: Math.max(minLength, 2), maxLength: Math.min(maxLength, 50) });
  }

  const objectOf = ({ properties = {}, required = [] }: Schema) =>
    fc.record(
      Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valueOf(schema, name)])),
      { requiredKeys: required },
    );

  function bodyOf(schema: Schema): fc.Arbitrary<string | Buffer> {
    const right = objectOf(resolve(schema)) as fc.Arbitrary<Record<string, unknown>>;
    const name = fc.constantFrom(...Object.keys(resolve(schema).properties ?? {}));
    return fc.oneof(
      { weight: 6, arbitrary: right.map((value) => JSON.stringify(value)) },
      {
        weight: 6,
        arbitrary: fc
          .tuple(right, name, fc.constantFrom(...hostileValues))
          .map(([value, field, hostile]) => JSON.stringify({ ...value, [field]: hostile })),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(right, name)
          .map(([value, left]) => JSON.stringify({ ...value, [left]: undefined })),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(right, fc.constantFrom('__proto__', 'constructor', 'id', 'version', 'authorId', 'role', ''))
          .map(
            ([value, extra]) =>
              `{${JSON.stringify(extra)}:{"roles":["admin"]},${JSON.stringify(value).slice(1)}`,
          ),
      },
      { weight: 1, arbitrary: fc.constantFrom(...hostileBodies) },
    );
  }

  /** Percent-encoded as it should be, or not quite. */
  const hostilePart = fc.oneof(
    fc
      .constantFrom(...hostileTexts.filter((text) => text.length < 1_000))
      .map((text) => encodeURIComponent(text.toWellFormed())),
    fc.constantFrom('%', '%zz', '%c0%af', '%00', '%ed%a0%80', '%25%32%65', 'x'.repeat(3_000)),
  );

  const cursorOf = fc
    .tuple(fc.constantFrom(...known.cursors), fc.nat({ max: 40 }), fc.boolean())
    .map(([cursor, at, keep]) => {
      const tampered = cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1);
      return keep ? cursor : tampered;
    });

  function pairOf({ name, schema }: Parameter): fc.Arbitrary<string> {
    const right = (name === 'cursor' ? cursorOf : valueOf(schema, name)).map((value) =>
      encodeURIComponent(String(value).toWellFormed()),
    );
    return fc
      .oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: hostilePart })
      .map((value) => `${name}=${value}`);
  }

  function queryOf(parameters: Parameter[]): fc.Arbitrary<string> {
    if (parameters.length === 0)
      return fc.oneof(
        { weight: 9, arbitrary: fc.constant('') },
        fc.constantFrom('?', '?x=1', '?__proto__=1'),
      );
    const pairs = fc.array(fc.oneof(...parameters.map(pairOf)), { maxLength: 3 });
    const extra = fc.oneof(
      { weight: 12, arbitrary: fc.constant('') },
      fc.constantFrom('x=1', '__proto__[a]=1', 'limit[]=5', 'limit=1&limit=2', '&&', '='),
    );
    return fc.tuple(pairs, extra).map(([some, more]) => `?${[...some, more].filter(Boolean).join('&')}`);
  }

  const idsBelow = {
    '/api/reviews': known.reviewIds,
    '/api/accounts': known.accountIds,
    '/api/keys': known.keyIds,
  };

  function targetOf(path: string, parameters: Parameter[]): fc.Arbitrary<string> {
    const existing =
      Object.entries(idsBelow).find(([prefix]) => path.startsWith(prefix))?.[1] ?? known.productIds;
    const id = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...existing) },
      { weight: 1, arbitrary: fc.constant(unknownId) },
      { weight: 1, arbitrary: hostilePart.filter((part) => !/^\.*$/.test(part)) },
    );
    const query = queryOf(parameters.filter((parameter) => parameter.in === 'query'));
    return fc.tuple(id, query).map(([one, search]) => path.replace(/\{\w+\}/, one) + search);
  }

  /** Without one, with one that is right, or with one that somebody has changed. */
  const authorization = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...known.tokens).map((token) => `Bearer ${token}`) },
    { weight: 2, arbitrary: fc.constantFrom(...known.apiKeys).map((key) => `Bearer ${key}`) },
    { weight: 1, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...known.tokens, ...known.apiKeys), fc.nat({ max: 300 }))
        .map(
          ([token, at]) =>
            `Bearer ${token.slice(0, at)}${token[at] === 'x' ? 'y' : 'x'}${token.slice(at + 1)}`,
        ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('Basic YTpi', 'Bearer', 'Bearer a.b.c', `Bearer ${'x'.repeat(6_000)}`),
    },
  );

  const condition = fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...hostileHeaders) },
  );
  const mediaType = fc.oneof(
    { weight: 20, arbitrary: fc.constant('application/json') },
    fc.constantFrom(
      'application/merge-patch+json',
      'text/plain',
      'application/json; charset=utf-16',
      '',
      'x',
    ),
  );

  const idempotencyKey = fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 6, arbitrary: fc.uuid() },
    { weight: 2, arbitrary: fc.constantFrom(...sharedKeys) },
    { weight: 1, arbitrary: fc.constantFrom(...hostileKeys) },
  );

  const ofOperations = fc.constantFrom(...operations).chain(({ path, method, operation }) => {
    const { parameters = [], requestBody } = operation;
    const content = Object.values(requestBody?.content ?? {})[0];
    const body = content ? bodyOf(content.schema) : fc.constant(undefined);
    return fc
      .record({
        target: targetOf(path, parameters),
        body,
        authorization,
        condition,
        mediaType,
        key: method === 'POST' ? idempotencyKey : fc.constant(undefined),
        // What comes again under a key.
        next: fc.constantFrom('nothing', 'the same', 'another body'),
        otherBody: body,
      })
      .map(({ target, body, authorization, condition, mediaType, key, next, otherBody }) => {
        const conditionName = method === 'GET' ? 'If-None-Match' : 'If-Match';
        const requestWith = (body: string | Buffer | undefined): GeneratedRequest => ({
          operation: `${method} ${path}`,
          method,
          target,
          headers: {
            ...(authorization !== undefined && { Authorization: authorization }),
            ...(condition !== undefined && { [conditionName]: condition }),
            ...(key !== undefined && { 'Idempotency-Key': key }),
            ...(body !== undefined && {
              'Content-Type': mediaType,
              'Content-Length': String(Buffer.byteLength(body)),
            }),
          },
          body,
        });
        const first = requestWith(body);
        if (key === undefined || next === 'nothing') return [first];
        return [first, next === 'the same' ? first : requestWith(otherBody)];
      });
  });

  /** HEAD, OPTIONS, and what is meant for nothing that there is. */
  const elsewhere = fc
    .record({
      method: fc.constantFrom(...methods),
      target: fc.oneof(
        {
          weight: 4,
          arbitrary: fc
            .constantFrom(...operations)
            .chain(({ path, operation }) => targetOf(path, operation.parameters ?? [])),
        },
        { weight: 1, arbitrary: fc.constantFrom(...unknownPaths) },
        { weight: 1, arbitrary: hostilePart.map((part) => `/api/${part}`) },
      ),
      authorization,
      condition,
    })
    .map(({ method, target, authorization, condition }): GeneratedRequest[] => [
      {
        operation: undefined,
        method,
        target,
        headers: {
          ...(authorization !== undefined && { Authorization: authorization }),
          ...(condition !== undefined && { 'If-None-Match': condition }),
        },
        body: undefined,
      },
    ]);

  return fc.oneof({ weight: 9, arbitrary: ofOperations }, { weight: 1, arbitrary: elsewhere });
}
