import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export const documentFile = new URL('../../../docs/openapi.json', import.meta.url);

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, Described> }>>;
  components: { responses: Record<string, Described> };
}

interface Described {
  /** `#/components/responses/413`: the same everywhere. */
  $ref?: string;
  headers?: Record<string, object>;
  content?: Record<string, object>;
}

const document = JSON.parse(await readFile(documentFile, 'utf8')) as Document;
/** Knows the document as `openapi.json`. */
export const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'openapi.json');

const templates = Object.keys(document.paths).map((template) => ({
  template,
  pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`, 'i'),
}));

export interface GivenAnswer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Throws unless the OpenAPI document has this answer to such a request: its status, its headers and all of its body. */
export function assertDescribed(method: string, url: string, { status, headers, body }: GivenAnswer): void {
  // What HEAD answers is what GET answers, without the body.
  if (method === 'HEAD') return;
  // As fetch sends it, which takes a backslash for a slash.
  const path = new URL(url, 'http://api.invalid').pathname;
  const template = templates.find(({ pattern }) => pattern.test(path))?.template;
  const operation = template && document.paths[template]![method.toLowerCase()];
  const what = `${status} to ${method} ${path}`;
  const type = headers.get('content-type')?.split(';')[0];
  // What is at no path, or takes no such method, is answered like everything that goes wrong.
  if (!operation) {
    if (status >= 400) assertValid(what, 'openapi.json#/components/schemas/Problem', body);
    return;
  }
  const given = operation.responses[status];
  if (!given) throw new Error(`docs/openapi.json knows no ${what}`);
  const described = given.$ref ? document.components.responses[status]! : given;
  for (const name of Object.keys(described.headers ?? {}))
    if (!isOptional(name, type) && !headers.has(name)) throw new Error(`${what} has no ${name}`);
  if (body === undefined) {
    if (described.content) throw new Error(`${what} has no body`);
    return;
  }
  if (!type || !described.content?.[type]) throw new Error(`docs/openapi.json knows no ${type} as a ${what}`);
  const of = given.$ref ? ['components'] : ['paths', template, method.toLowerCase()];
  const pointer = [...of, 'responses', status, 'content', type, 'schema'];
  const escaped = pointer.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'));
  assertValid(what, `openapi.json#/${escaped.map(encodeURIComponent).join('/')}`, body);
}

/** The last page has no link to another, most answers are the first of their kind, and readiness, which may be a 503 of its own kind, is nothing to be tried again. */
const isOptional = (header: string, type: string | undefined) =>
  header === 'Link' ||
  header === 'Idempotency-Replayed' ||
  (header === 'Retry-After' && type === 'application/json');

function assertValid(what: string, $ref: string, body: unknown): void {
  const validate = ajv.getSchema($ref);
  if (!validate) throw new Error(`docs/openapi.json has no ${$ref}`);
  if (!validate(body)) throw new Error(`${what} is not as described: ${ajv.errorsText(validate.errors)}`);
}
