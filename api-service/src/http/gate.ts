import type { Request, Response } from 'express';
import { addressOf, unauthorized, type Caller, type Gate } from 'ct-common-lib/http';
import { managingScopes, scopes } from '../auth/scopes.ts';
import type { CheckToken } from '../auth/token-checker.ts';
import { isApiKey } from '../keys/api-key.ts';
import type { RateLimits } from '../limits/rate-limits.ts';

export interface GateDeps {
  /** Whose token (RFC 6750) it is. Throws 401. */
  checkToken: CheckToken;
  /** Whose API key it is. Throws 401. */
  checkKey: (key: string) => Promise<Caller>;
  /** Whether an account is that of an admin still. */
  isAdmin: (accountId: string) => Promise<boolean>;
  limits: RateLimits;
}

const reads = new Set(['GET', 'HEAD']);
const isOfApi = /^\/api\//i;

/**
 * Finds out who sends a request that takes a scope, by its token or API key, and holds callers to their limits. Whatever is public
 * neither pays for a token nor fails by one.
 */
export function createGate({ checkToken, checkKey, isAdmin, limits }: GateDeps): Gate {
  return (req, res, scope) =>
    scope === undefined ? takeOfAddress(limits, req, res) : admit(req, res, scope);

  /** What an admin gives to others lasts longer than a token, so an account is looked up for that. */
  async function checkPerson(token: string, scope: string): Promise<Caller> {
    const { isOfAccount, ...caller } = await checkToken(token);
    if (!isOfAccount || !managingScopes.includes(scope) || (await isAdmin(caller.subject!))) return caller;
    return { ...caller, scopes: caller.scopes.filter((given) => !managingScopes.includes(given)) };
  }

  async function admit(req: Request, res: Response, scope: string) {
    const limit = limitOf(req);
    try {
      const credential = credentialIn(req);
      if (credential !== undefined)
        res.locals.caller = await (isApiKey(credential)
          ? checkKey(credential)
          : checkPerson(credential, scope));
    } catch (error) {
      // Whoever tries out tokens is held to the limit of his address, also while nobody can tell whether they are good.
      await limits.take(limit, keyOf(req), res);
      throw error;
    }
    await limits.take(limit, (res.locals.caller as Caller | undefined)?.id ?? keyOf(req), res);
  }
}

const limitOf = (req: Request) => (reads.has(req.method) ? 'reads' : 'writes');

const keyOf = (req: Request) => `address:${addressOf(req)}`;

/** Not for what tells how the process is, nor for the pages. */
function takeOfAddress(limits: RateLimits, req: Request, res: Response): Promise<void> | undefined {
  const limit = limitOf(req);
  return limits.isOn(limit) && isOfApi.test(req.path) ? limits.take(limit, keyOf(req), res) : undefined;
}

/** For a closed network: whoever reaches the service may do everything, as often as an address may. */
export const createOpenGate =
  (limits: RateLimits): Gate =>
  (req, res) => {
    res.locals.caller = { id: '', scopes } satisfies Caller;
    return takeOfAddress(limits, req, res);
  };

function credentialIn({ headers: { authorization } }: Request): string | undefined {
  if (authorization === undefined) return undefined;
  const credential = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1];
  if (credential) return credential;
  const detail = 'The header must read Authorization: Bearer <a token, or an API key>.';
  throw unauthorized('TOKEN_INVALID', detail, 'invalid_request');
}
