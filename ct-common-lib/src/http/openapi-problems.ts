import { STATUS_CODES } from 'node:http';
import { knownProblems, type KnownProblem } from './known-problems.ts';
import type { HeaderName, Headers } from './openapi-headers.ts';
import { problemDocument, problemType } from './problem.ts';

type Json = Record<string, unknown>;

/** Codes by status. */
export type Codes = Record<number, string[]>;

/** The problems that any request may end in. */
export const anywhere: Codes = {
  400: [
    'INPUT_INVALID',
    'JSON_MALFORMED',
    'BODY_UNREADABLE',
    'PATH_MALFORMED',
    'QUERY_MALFORMED',
    'URL_MALFORMED',
    'HOST_MISSING',
    'REQUEST_MALFORMED',
  ],
  408: ['REQUEST_TIMEOUT'],
  413: ['BODY_TOO_LARGE'],
  415: ['MEDIA_TYPE_UNSUPPORTED', 'ENCODING_UNSUPPORTED'],
  417: ['EXPECTATION_FAILED'],
  431: ['HEAD_TOO_LARGE'],
  500: ['INTERNAL'],
  503: ['DATABASE_UNAVAILABLE', 'OVERLOADED', 'STARTING'],
};
export const ofProtected: Codes = {
  401: ['TOKEN_MISSING', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'KEY_INVALID'],
  403: ['SCOPE_MISSING'],
  503: ['IDENTITY_PROVIDER_UNAVAILABLE'],
};
export const ofRepeatable: Codes = {
  400: ['IDEMPOTENCY_KEY_INVALID'],
  409: ['REQUEST_IN_PROGRESS', 'CREATED_IS_ERASED'],
  422: ['IDEMPOTENCY_KEY_REUSED'],
};
export const ofGuarded: Codes = { 412: ['VERSION_MISMATCH'] };
export const ofLimited: Codes = { 429: ['TOO_MANY_REQUESTS'] };
export const ofReads: Codes = { 503: ['TIMED_OUT'] };
export const ofWrites: Codes = { 503: ['OUTCOME_UNKNOWN'] };
/** What no operation answers: where there is none. */
const ofNoOperation: Codes = { 404: ['PATH_UNKNOWN'], 405: ['METHOD_NOT_ALLOWED'] };

export function mergeCodes(all: Codes[]): Codes {
  const merged: Codes = {};
  for (const some of all)
    for (const [status, codes] of Object.entries(some)) (merged[Number(status)] ??= []).push(...codes);
  return merged;
}

const headersOf: Partial<Record<number, HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/** Describes problems, each combination of codes once: most operations share theirs. */
export function createProblemAnswers(own: Record<string, KnownProblem>, headers: Headers) {
  const known = { ...knownProblems, ...own };
  const responses: Json = {};
  const examples: Json = {};
  const listed: Codes = {};

  function get(code: string): KnownProblem {
    const problem = known[code];
    if (!problem) throw new Error(`Nothing is to be told of the problem ${code}`);
    return problem;
  }

  function exampleOf(status: number, code: string): Json {
    const { explanation, details, errors } = get(code);
    const detail = sentenceOf(details[0]!);
    const document = problemDocument({ status, code, detail, ...(errors && { errors }) });
    if (!listed[status]?.includes(code)) (listed[status] ??= []).push(code);
    return { description: explanation, value: JSON.parse(document) as Json };
  }

  function referToExample(status: number, code: string): Json {
    const name = `${status}.${code}`;
    examples[name] = exampleOf(status, code);
    return { $ref: `#/components/examples/${name}` };
  }

  /** A problem of this status and one of these codes, in place of which an answer may be something else. */
  function describe(status: number, codes: string[], instead?: Json, example = referToExample): Json {
    const properties = { status: { type: 'integer', const: status }, code: { type: 'string', enum: codes } };
    const some = Object.assign({}, ...codes.map((code) => get(code).headers)) as Record<string, string>;
    const sent: HeaderName[] = ['X-Request-Id', 'Cache-Control', 'RateLimit-Policy', 'RateLimit'];
    const always = instead ? [] : (headersOf[status] ?? []);
    return {
      description: `${STATUS_CODES[status]}: ${codes.map((one) => `\`${one}\``).join(', ')}`,
      headers: {
        ...Object.fromEntries(
          Object.entries(some).map(([name, description]) => [
            name,
            { description, schema: { type: 'string' } },
          ]),
        ),
        ...headers.of([...always, ...sent]),
      },
      content: {
        [problemType]: {
          schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties }] },
          examples: Object.fromEntries(codes.map((code) => [code, example(status, code)])),
        },
        ...(instead && { 'application/json': instead }),
      },
    };
  }

  /** The same as a reference. A component is named by its status, and the codes that not every request may end in. */
  function refer(status: number, codes: string[]): Json {
    const common = anywhere[status]?.every((code) => codes.includes(code)) ? anywhere[status] : [];
    const name = [status, ...codes.filter((code) => !common.includes(code))].join('.');
    responses[name] ??= describe(status, codes);
    return { $ref: `#/components/responses/${name}` };
  }

  return {
    describe,
    refer,
    /** By status. */
    ofNoOperation: (): Json => ({
      ...Object.fromEntries(
        Object.entries(mergeCodes([anywhere, ofReads])).map(([status, codes]) => [
          status,
          refer(Number(status), codes),
        ]),
      ),
      // Without components, as a linter takes those for unused that no operation refers to.
      ...Object.fromEntries(
        Object.entries(ofNoOperation).map(([status, codes]) => [
          status,
          describe(Number(status), codes, undefined, exampleOf),
        ]),
      ),
    }),
    components: () => ({ responses, examples }),
    /** Every code that was described, with what to do, in Markdown. */
    list: () =>
      Object.entries(listed)
        .map(([status, codes]) => {
          const lines = codes.map((code) => `- \`${code}\`: ${get(code).explanation}`);
          return `**${status} ${STATUS_CODES[status]}**\n\n${lines.join('\n')}`;
        })
        .join('\n\n'),
  };
}

/** A sentence of {@link KnownProblem.details} as it is answered, with the examples that stand in its braces. */
const sentenceOf = (detail: string) => detail.replaceAll(/[{}]/g, '');
