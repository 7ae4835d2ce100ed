import type { Response } from 'express';
import { ForbiddenError } from '../errors.ts';
import { HttpError } from './problem.ts';

/** Who sends a request. */
export interface Caller {
  /** Who it is, by the identity provider's word; undefined: nobody asks who callers are. */
  subject?: string;
  /** All that the caller may act as. */
  roles: readonly string[];
}

/** 401 (RFC 6750): without an error if there was no token at all. */
export function unauthorized(
  code: string,
  detail: string,
  error?: 'invalid_request' | 'invalid_token',
): HttpError {
  const challenge = error ? `Bearer error="${error}", error_description="${detail}"` : 'Bearer';
  return new HttpError(401, code, detail, { 'WWW-Authenticate': challenge });
}

/** The caller whom somebody has put into `res.locals.caller`. Throws 401 `TOKEN_MISSING`, and 403 `ROLE_MISSING` without the role. */
export function callerWith(role: string, res: Response): Caller {
  const caller = res.locals.caller as Caller | undefined;
  if (!caller)
    throw unauthorized('TOKEN_MISSING', 'This needs a token: send it as Authorization: Bearer <token>.');
  if (!caller.roles.includes(role))
    throw new ForbiddenError('ROLE_MISSING', { detail: `This needs a token with the role ${role}.` });
  return caller;
}
