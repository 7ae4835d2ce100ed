const text = { type: 'string' };

/** Those that an answer may have. Where one is said to be required, it is there whenever it is named. */
const headers = {
  'X-Request-Id': {
    description: 'By which the log names the request. What cannot be read as a request may have none.',
    schema: text,
    example: '5f0e9a4c-8d0b-4f1e-9c53-2f1d7c6a8b90',
  },
  'Cache-Control': {
    description: 'Whether caches may keep it.',
    schema: text,
    example: 'no-cache',
  },
  // draft-ietf-httpapi-ratelimit-headers-10.
  'RateLimit-Policy': {
    description: 'The limit, where there is one: 300 in 60 s.',
    schema: text,
    example: '"writes";q=300;w=60',
  },
  RateLimit: {
    description: 'What is left of it, and in how many seconds there is more.',
    schema: text,
    example: '"writes";r=299;t=1',
  },
  ETag: {
    description: 'The version, and a hash of the bytes: for `If-None-Match` and `If-Match`, quotes included.',
    required: true,
    schema: text,
    example: '"3-g4Ed1NMPmSLva3KC"',
  },
  Location: {
    description: 'The path of what was created.',
    required: true,
    schema: text,
    example: '/api/products/01a1fc86-3458-7527-9678-c72b2d45f41f',
  },
  Link: {
    description: 'The next page, if there is one, as a URL with `rel="next"`.',
    schema: text,
    example: '</api/products?limit=20&cursor=AbC>; rel="next"',
  },
  'Idempotency-Replayed': {
    description: 'On an answer that was given before.',
    schema: { const: 'true' },
    example: 'true',
  },
  'WWW-Authenticate': {
    description: 'How to say who you are, and what was wrong with it (RFC 6750).',
    required: true,
    schema: text,
    example: 'Bearer',
  },
  'Retry-After': {
    description: 'In how many seconds to try again.',
    required: true,
    schema: { type: 'integer' },
    example: 1,
  },
};

export type HeaderName = keyof typeof headers;

type Json = Record<string, unknown>;

/** Gives references to headers, and collects those that were asked for. */
export function createHeaders() {
  const used = new Set<HeaderName>();

  return {
    of: (names: HeaderName[]): Json =>
      Object.fromEntries(
        names.map((name) => {
          used.add(name);
          return [name, { $ref: `#/components/headers/${name}` }];
        }),
      ),
    components: (): Json =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => used.has(name as HeaderName))),
  };
}

export type Headers = ReturnType<typeof createHeaders>;
