import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { z } from 'zod';
import {
  AppError,
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  KeyReusedError,
  NotFoundError,
  OutcomeUnknownError,
  TransientError,
  UnauthorizedError,
  VersionMismatchError,
  type FieldFault,
} from '../errors.ts';
import type { Logger } from '../logger.ts';
import { isTransientPostgresError, mayHaveCommitted } from '../postgres/transient.ts';
import type { SetHeaders } from './answer-headers.ts';
import { idsOf } from './trace-request.ts';

/** An error that only HTTP knows: the status is given, as is every header that the status calls for. */
export class HttpError extends AppError {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, detail: string, headers: Record<string, string> = {}) {
    super(code, { detail });
    this.status = status;
    this.headers = headers;
  }
}

export interface Problem {
  status: number;
  code: string;
  detail: string;
  headers?: Record<string, string>;
  errors?: FieldFault[];
}

/**
 * The one mapping from errors to HTTP (RFC 9457). What is not known here is a 500 that tells nothing. A 503 on a
 * write promises that nothing was written, unless its code is OUTCOME_UNKNOWN.
 */
function problemOf(error: unknown, method: string): Problem {
  if (error instanceof HttpError) return error;
  if (error instanceof InvalidInputError) {
    return { status: 400, code: error.code, detail: error.detail, errors: error.errors };
  }
  if (error instanceof NotFoundError) return { status: 404, code: error.code, detail: error.detail };
  if (error instanceof UnauthorizedError) {
    return {
      status: 401,
      code: error.code,
      detail: error.detail,
      headers: { 'WWW-Authenticate': 'Bearer' },
    };
  }
  if (error instanceof ForbiddenError) return { status: 403, code: error.code, detail: error.detail };
  if (error instanceof ConflictError) {
    const { code, detail, location } = error;
    return { status: 409, code, detail, ...(location !== undefined && { headers: { Location: location } }) };
  }
  if (error instanceof KeyReusedError) return { status: 422, code: error.code, detail: error.detail };
  if (error instanceof VersionMismatchError) return { status: 412, code: error.code, detail: error.detail };
  if (error instanceof TransientError) return unavailable(error.code, error.detail);
  if (isTransientPostgresError(error)) {
    const reads = method === 'GET' || method === 'HEAD';
    if (!reads && mayHaveCommitted(error)) return problemOf(new OutcomeUnknownError(error), method);
    const detail = reads
      ? 'The database does not answer right now. Try again shortly.'
      : 'The database cannot take it right now. Nothing was written: try again shortly.';
    return unavailable('DATABASE_UNAVAILABLE', detail);
  }
  return (
    bodyProblem(error) ?? {
      status: 500,
      code: 'INTERNAL',
      detail: 'Something went wrong here. It has been logged.',
    }
  );
}

const unavailable = (code: string, detail: string): Problem => ({
  status: 503,
  code,
  detail,
  headers: { 'Retry-After': '1' },
});

/** The errors of Express's body parsers and of its path decoding, told by their `type` and `status`. */
function bodyProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { type, status } = error as Error & { type?: unknown; status?: unknown };
  if (error instanceof URIError)
    return { status: 400, code: 'PATH_MALFORMED', detail: 'The path is not valid percent-encoding.' };
  switch (type) {
    case 'entity.parse.failed':
      return { status: 400, code: 'JSON_MALFORMED', detail: 'The body is not valid JSON.' };
    case 'entity.not.utf8':
      return { status: 400, code: 'JSON_MALFORMED', detail: 'The body is not valid UTF-8.' };
    case 'entity.too.large':
      return { status: 413, code: 'BODY_TOO_LARGE', detail: 'The body is larger than 100 kB.' };
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return {
        status: 415,
        code: 'ENCODING_UNSUPPORTED',
        detail: 'Send JSON in UTF-8, plain or with gzip, deflate or br.',
      };
    default:
      if (typeof status !== 'number' || status < 400 || status > 499) return undefined;
      return { status: 400, code: 'BODY_UNREADABLE', detail: 'The body could not be read to its end.' };
  }
}

export const problemType = 'application/problem+json';

/** What every error looks like. */
export const problemSchema = z
  .strictObject({
    type: z.string().meta({ description: 'A URN made of the code.' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'What is wrong, and what to do.' }),
    instance: z.string().optional().meta({ description: 'The path that was asked for.' }),
    code: z.string().meta({ description: 'Stable: a program goes by it.' }),
    errors: z
      .array(
        z.strictObject({ pointer: z.string().meta({ description: 'A JSON pointer.' }), detail: z.string() }),
      )
      .optional()
      .meta({ description: 'Every fault of the input.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });

/** A problem document. `type` is a URN made of the code, so that it is stable and needs no web site. */
export function problemDocument({ status, code, detail, errors }: Problem, instance?: string): string {
  return JSON.stringify({
    type: `urn:ct-reviews:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title: STATUS_CODES[status],
    status,
    detail,
    instance,
    code,
    ...(errors && errors.length > 0 && { errors }),
  });
}

/** The same for a request that the routers will not see, with the headers that they would have found. */
export function refuse(req: Request, res: Response, problem: Problem): void {
  // Express would have set both.
  req.originalUrl = req.url;
  res.locals = {};
  const setHeaders = req.app.locals.setHeaders as SetHeaders | undefined;
  setHeaders?.(req, res);
  sendProblem(req, res, problem);
}

export function sendProblem(req: Request, res: Response, problem: Problem): void {
  const body = Buffer.from(problemDocument(problem, req.originalUrl));
  res.writeHead(problem.status, {
    ...problem.headers,
    'Cache-Control': 'no-store',
    'Content-Type': problemType,
    'Content-Length': body.length,
  });
  res.end(body);
}

/** The last middleware: every error becomes a problem document, and what is our fault is logged. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const isLate = Boolean(res.locals.isAnsweredForGood);
    // The answer came after the time limit; what else goes wrong after it is told below.
    if (isLate && (error as NodeJS.ErrnoException).code === 'ERR_HTTP_HEADERS_SENT') return;
    const problem = problemOf(error, req.method);
    const facts = { ...idsOf(res), err: error, method: req.method, path: req.path };
    if (problem.status === 500) log.error(facts, 'request failed');
    // Under overload a line for each would be the last straw; they are counted in the metrics.
    else if (problem.status > 500 && problem.code !== 'OVERLOADED')
      log.warn(facts, 'request refused for now');
    if (isLate) return;
    // Half an answer is out already: only cutting the connection tells the client that it is not whole.
    if (res.headersSent) res.destroy();
    else sendProblem(req, res, problem);
  };
}
