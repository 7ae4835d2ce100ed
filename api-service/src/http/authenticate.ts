import type { RequestHandler, Response } from 'express';
import { unauthorized, type Caller } from 'ct-common-lib/http';
import { roles } from '../auth/roles.ts';
import type { CheckToken } from '../auth/token-checker.ts';

const reads = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Finds out who sends a request that writes, by its bearer token (RFC 6750), and notes it in `res.locals.caller`. Reads are
 * public: they neither pay for a token nor fail by one.
 */
export function authenticate(checkToken: CheckToken): RequestHandler {
  async function identify(authorization: string, res: Response) {
    res.locals.caller = await checkToken(tokenIn(authorization));
  }

  return (req, res, next) => {
    const { authorization } = req.headers;
    // A promise for each of these would cost more than all that is done here.
    if (authorization === undefined || reads.has(req.method)) return next();
    return identify(authorization, res).then(() => next());
  };
}

/** For a closed network: whoever reaches the service may do everything. */
export const trustEverybody: RequestHandler = (_req, res, next) => {
  res.locals.caller = { roles } satisfies Caller;
  next();
};

function tokenIn(authorization: string): string {
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1];
  if (token) return token;
  const detail = 'The header must read Authorization: Bearer <token>.';
  throw unauthorized('TOKEN_INVALID', detail, 'invalid_request');
}
