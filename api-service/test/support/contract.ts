import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { knownProblems } from 'ct-common-lib/http';
import { problems } from '../../src/http/problems.ts';

export const documentFile = new URL('../../../docs/openapi.json', import.meta.url);

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, Described> }>>;
  components: { headers: Record<string, Header> };
  /** By status. */
  'x-elsewhere': Record<string, Described>;
}

interface Described {
  $ref?: string;
  headers?: Record<string, Header>;
  content?: Record<string, object>;
}

interface Header {
  $ref?: string;
  required?: boolean;
  schema?: object;
}

const document = JSON.parse(await readFile(documentFile, 'utf8')) as Document;
/** Knows the document as `openapi.json`. */
export const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'openapi.json');

const templates = Object.keys(document.paths).map((template) => ({
  template,
  pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
}));

export interface GivenAnswer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Of how an answer comes, or, as the introduction of the document says, of every answer. */
const everywhere =
  /^(date|connection|keep-alive|content-length|content-type|transfer-encoding|x-content-type-options|content-security-policy|referrer-policy|vary|access-control-.*)$/;

/** Throws unless the OpenAPI document has this answer to such a request: its status, its headers, all of its body, and the sentence of a problem. */
export function assertDescribed(method: string, url: string, answer: GivenAnswer): void {
  // As fetch sends it, which takes a backslash for a slash.
  const path = new URL(url, 'http://api.invalid').pathname;
  const what = `${answer.status} to ${method} ${path}`;
  const isSeen = (answer.body as { code?: unknown } | undefined)?.code !== 'OVERLOADED';
  if (isSeen && !answer.headers.has('x-request-id')) throw new Error(`${what} has no X-Request-Id`);
  const template = templates.find(({ pattern }) => pattern.test(path))?.template;
  // The introduction describes it.
  if (method === 'OPTIONS' && answer.status === 204 && template !== undefined)
    return assertHeaders(
      what,
      { headers: { Allow: { required: true }, 'X-Request-Id': {} } },
      answer.headers,
    );
  // What HEAD answers is what GET answers, without the body.
  const asked = method === 'HEAD' ? 'get' : method.toLowerCase();
  const isOperation = template !== undefined && asked in document.paths[template]!;
  // Pages, and what they load.
  if (!isOperation && answer.status < 400) return;
  const at = isOperation ? ['paths', template, asked, 'responses'] : ['x-elsewhere'];
  const { described, pointer } = resolve<Described>([...at, String(answer.status)]);
  if (!described) throw new Error(`docs/openapi.json knows no ${what}`);
  assertHeaders(what, described, answer.headers);
  if (method !== 'HEAD') assertBody(what, described, pointer, answer);
}

/** What stands there, or where a reference there leads. */
function resolve<Found extends { $ref?: string }>(pointer: string[]) {
  const at = (parts: string[]) =>
    parts.reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], document);
  const found = at(pointer) as Found | undefined;
  if (found?.$ref === undefined) return { described: found, pointer };
  const target = found.$ref.split('/').slice(1);
  return { described: at(target) as Found | undefined, pointer: target };
}

function assertHeaders(what: string, { headers: described = {} }: Described, given: Headers): void {
  const known = new Map(
    Object.entries(described).map(([name, { $ref, ...header }]) => [
      name.toLowerCase(),
      $ref === undefined ? header : document.components.headers[$ref.split('/').at(-1)!]!,
    ]),
  );
  for (const [name] of given)
    if (!known.has(name) && !everywhere.test(name))
      throw new Error(`docs/openapi.json knows no header ${name} of a ${what}`);
  for (const [name, { required = false }] of known)
    if (required && !given.has(name)) throw new Error(`${what} has no ${name}`);
}

function assertBody(what: string, { content }: Described, pointer: string[], { headers, body }: GivenAnswer) {
  if (body === undefined) {
    if (content) throw new Error(`${what} has no body`);
    return;
  }
  const type = headers.get('content-type')?.split(';')[0];
  if (!type || !content?.[type]) throw new Error(`docs/openapi.json knows no ${type} as a ${what}`);
  assertValid(what, [...pointer, 'content', type, 'schema'], body);
  if (type === 'application/problem+json') assertTold(what, body as { code: string; detail: string });
}

function assertValid(what: string, pointer: string[], body: unknown): void {
  const escaped = pointer.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'));
  const $ref = `openapi.json#/${escaped.map(encodeURIComponent).join('/')}`;
  const validate = ajv.getSchema($ref);
  if (!validate) throw new Error(`docs/openapi.json has no ${$ref}`);
  if (!validate(body)) throw new Error(`${what} is not as described: ${ajv.errorsText(validate.errors)}`);
}

/** The sentences of each code. What stands in braces differs. */
const told = new Map(
  Object.entries({ ...knownProblems, ...problems }).map(([code, { details }]) => [
    code,
    details.map((detail) => {
      const parts = detail.split(/\{.*?\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      return new RegExp(`^${parts.join('.+')}$`, 's');
    }),
  ]),
);

/** Throws unless the examples show such a sentence: so they say what the service says. */
export function assertTold(what: string, { code, detail }: { code: string; detail: string }): void {
  if (!told.get(code)?.some((sentence) => sentence.test(detail)))
    throw new Error(
      `${what} is ${code} with a sentence that known-problems.ts and problems.ts do not have: ${detail}`,
    );
}
