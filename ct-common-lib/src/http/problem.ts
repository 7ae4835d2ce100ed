import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, Response } from 'express';
import {
  AppError,
  ConflictError,
  InvalidInputError,
  NotFoundError,
  TransientError,
  type FieldFault,
} from '../errors.ts';
import type { Logger } from '../logger.ts';
import { isTransientPostgresError } from '../postgres/transient.ts';

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

/** The one mapping from errors to HTTP (RFC 9457). What is not known here is a 500 that tells nothing. */
function problemOf(error: unknown): Problem {
  if (error instanceof HttpError) return error;
  if (error instanceof InvalidInputError) {
    return { status: 400, code: error.code, detail: error.detail, errors: error.errors };
  }
  if (error instanceof NotFoundError) return { status: 404, code: error.code, detail: error.detail };
  if (error instanceof ConflictError) return { status: 409, code: error.code, detail: error.detail };
  if (error instanceof TransientError) return unavailable(error.code, error.detail);
  if (isTransientPostgresError(error)) {
    return unavailable('DATABASE_UNAVAILABLE', 'The database does not answer right now. Try again shortly.');
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
    const problem = problemOf(error);
    if (problem.status === 500)
      log.error({ err: error, method: req.method, path: req.path }, 'request failed');
    else if (problem.status > 500)
      log.warn({ err: error, method: req.method, path: req.path }, 'request refused for now');
    // Half an answer is out already: only cutting the connection tells the client that it is not whole.
    if (res.headersSent) res.destroy();
    else sendProblem(req, res, problem);
  };
}
