import type { Request, Response } from 'express';
import { HttpError } from './problem.ts';

/** Who sends a request. */
export interface Caller {
  /** Tells callers apart, for idempotency keys and limits; empty: nobody asks who callers are. */
  id: string;
  /** The person, by the word of whoever has made the token; undefined: it is a program, or nobody asks. */
  subject?: string;
  /** What the caller may do. */
  scopes: readonly string[];
}

/**
 * Finds out who sends a request, before its body is read, and puts the {@link Caller} into `res.locals.caller`; or refuses it. Asked
 * for each request of an endpoint, with the scope that it takes. Gives nothing where nothing has to be waited for.
 */
export type Gate = (req: Request, res: Response, scope: string | undefined) => Promise<void> | void;

/** 401 (RFC 6750): without an error if there was no token at all. */
export function unauthorized(
  code: string,
  detail: string,
  error?: 'invalid_request' | 'invalid_token',
): HttpError {
  const challenge = error ? `Bearer error="${error}", error_description="${detail}"` : 'Bearer';
  return new HttpError(401, code, detail, { 'WWW-Authenticate': challenge });
}

/** The caller in `res.locals.caller`. Throws 401 `TOKEN_MISSING`, and 403 `SCOPE_MISSING` without the scope. */
export function callerWith(scope: string, res: Response): Caller {
  const caller = res.locals.caller as Caller | undefined;
  if (!caller)
    throw unauthorized('TOKEN_MISSING', 'This needs a token: send it as Authorization: Bearer <token>.');
  if (!caller.scopes.includes(scope))
    throw new HttpError(403, 'SCOPE_MISSING', `This needs a token with the scope ${scope}.`, {
      'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"`,
    });
  return caller;
}
