import type { Request, RequestHandler, Response, Router } from 'express';
import { z } from 'zod';
import { InvalidInputError, type FieldFault } from '../errors.ts';
import { callerWith, type Caller, type Gate } from './access.ts';
import { readBody } from './body.ts';
import type { HeaderName } from './openapi-headers.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { versionsToMatch } from './precondition.ts';
import { HttpError } from './problem.ts';
import { runForRequest } from '../tracing/current.ts';
import { tracedOf } from './trace-request.ts';

interface InputSchemas {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** What the caller must be allowed to do. Default: anybody may ask. */
  scope?: string;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface Input<S extends InputSchemas> {
  params: Parsed<S['params']>;
  query: Parsed<S['query']>;
  body: Parsed<S['body']>;
  /** Those that a guarded write may start from, by `If-Match`; undefined: any. */
  versions: string[] | undefined;
  /** Of a repeatable write: requests with the same one are one and the same. */
  idempotencyKey: string | undefined;
  /** Who asks, where that takes a scope; else undefined. */
  caller: S extends { scope: string } ? Caller : undefined;
}

/** What the API's description tells of an endpoint beside its schemas. */
export interface About {
  /** Unique, and the name of the method in a client: `createReview`. */
  id: string;
  /** A sentence without its full stop. */
  summary: string;
  /** The chapter. */
  tag: string;
  /** A body that is right. */
  example?: unknown;
  answer: Answer;
  /** The codes of its own problems, by status; those that every endpoint has are known. */
  problems?: Record<number, string[]>;
}

export interface Answer {
  /** Default 200. */
  status?: number;
  description: string;
  /** Default: none. */
  body?: z.ZodType;
  /** Default `application/json`. */
  mediaType?: string;
  /** Whether it has an entity tag, by which a read may be conditional. */
  tagged?: boolean;
  /** A body as it may be. */
  example?: unknown;
  /** Other headers. */
  headers?: HeaderName[];
  /** What a 503 of this endpoint may be instead of a problem. */
  unavailable?: Answer;
}

export interface Described extends InputSchemas {
  about?: About;
  /** Whether a write may be conditional by `If-Match`. */
  guarded?: boolean;
  /** Whether a write is done once for all requests with one `Idempotency-Key`. */
  repeatable?: boolean;
}

/** A handler that remembers what it was made of, if {@link endpoint} has made it. */
export interface Endpoint extends RequestHandler {
  schemas?: Described;
}

const noQuery = z.strictObject({});

/**
 * A handler behind its schemas: it is called with input that has been parsed, and only then. Throws
 * {@link InvalidInputError} that names every fault of path, query and body at once. Without a schema for the
 * query there are no query parameters.
 */
export function endpoint<S extends Described>(
  schemas: S,
  handle: (input: Input<S>, res: Response, req: Request) => Promise<void> | void,
): Endpoint {
  const handler: RequestHandler = (req, res) => {
    const faults: FieldFault[] = [];
    const parse = (schema: z.ZodType | undefined, value: unknown, where: string) => {
      if (!schema) return undefined;
      const parsed = schema.safeParse(value);
      if (!parsed.success)
        faults.push(...parsed.error.issues.flatMap((issue) => faultsOf(issue, value, where)));
      return parsed.data;
    };
    const input = {
      params: parse(schemas.params, req.params, 'path'),
      // Most requests have none, and Express would parse the URL once more to find that out.
      query: parse(schemas.query ?? noQuery, req.url.includes('?') ? queryOf(req) : {}, 'query'),
      body: parse(schemas.body, req.body, 'body'),
      versions: schemas.guarded ? versionsToMatch(req) : undefined,
      idempotencyKey: schemas.repeatable ? idempotencyKeyOf(req) : undefined,
      caller: schemas.scope === undefined ? undefined : callerWith(schemas.scope, res),
    };
    if (faults.length > 0) {
      throw new InvalidInputError('INPUT_INVALID', {
        detail: 'The request does not validate; see errors.',
        errors: faults,
      });
    }
    const traced = tracedOf(res);
    if (traced) return runForRequest(traced, () => handle(input as Input<S>, res, req));
    return handle(input as Input<S>, res, req);
  };
  return Object.assign(handler, { schemas });
}

/** Throws 400 `QUERY_MALFORMED` where Express would leave in the values what it cannot decode. */
function queryOf({ url, query }: Request): unknown {
  try {
    decodeURIComponent(url.slice(url.indexOf('?')));
    return query;
  } catch {
    throw new HttpError(400, 'QUERY_MALFORMED', 'The query is not valid percent-encoding.');
  }
}

function faultsOf(issue: z.core.$ZodIssue, value: unknown, where: string): FieldFault[] {
  const pointer = (path: PropertyKey[]) =>
    path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer([...issue.path, key]),
      detail: `unknown ${where} field`,
    }));
  }
  const message = messageOf(issue, value, where);
  return [{ pointer: pointer(issue.path), detail: where === 'body' ? message : `${where}: ${message}` }];
}

/** Of a type alone nobody learns that something is missing, or there twice. */
function messageOf(
  { code, message, path, ...issue }: z.core.$ZodIssue,
  value: unknown,
  where: string,
): string {
  const found = path.reduce<unknown>(
    (inside, part) => (inside as Record<PropertyKey, unknown> | null | undefined)?.[part],
    value,
  );
  if (found === undefined && (code === 'invalid_type' || code === 'invalid_value'))
    return path.length > 0 ? 'is required' : 'a body is required: a JSON object';
  if (where === 'query' && Array.isArray(found)) return 'may be given once';
  if ('expected' in issue && issue.expected === 'object') return 'must be a JSON object';
  return message;
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface Route {
  /** As Express has it: `/api/reviews/:id`. */
  path: string;
  handlers: Partial<Record<Method, Endpoint>>;
}

const routes = new WeakMap<Router, Route[]>();

/** What {@link route} has put on a router. */
export const routesOf = (router: Router): Route[] => routes.get(router) ?? [];

/** Puts the handlers of one path on a router, with their JSON bodies read; any other method is a 405 with `Allow`. */
export function route(router: Router, path: string, handlers: Route['handlers']): void {
  routes.set(router, [...routesOf(router), { path, handlers }]);
  const at = router.route(path);
  // Remembered for the metrics, as an error on its way out leaves no trace of where the router is mounted.
  const remember = (req: Request, res: Response) => (res.locals.route = req.baseUrl + path);
  const allowed = ['OPTIONS'];
  for (const [method, handler] of Object.entries(handlers)) {
    const scope = handler.schemas?.scope;
    const begin: RequestHandler = (req, res, next) => {
      remember(req, res);
      const goOn = () => {
        // Before its body is read: whoever may not ask for it shall cost nothing.
        if (scope !== undefined) callerWith(scope, res);
        readBody(req, res, next) as void;
      };
      const gate = req.app.locals.gate as Gate | undefined;
      const waiting = gate?.(req, res, scope);
      // Most reads wait for nothing, and a promise for each would cost more than all that is done here.
      return waiting ? waiting.then(goOn) : goOn();
    };
    at[method as Method](begin, handler);
    allowed.push(method.toUpperCase(), ...(method === 'get' ? ['HEAD'] : []));
  }
  const allow = allowed.sort().join(', ');
  at.all((req, res) => {
    remember(req, res);
    if (req.method !== 'OPTIONS')
      throw new HttpError(405, 'METHOD_NOT_ALLOWED', `This path allows ${allow}.`, { Allow: allow });
    res.set('Allow', allow).status(204).end();
  });
}
