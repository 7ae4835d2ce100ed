import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { addressOf } from 'ct-common-lib/http';
import type { RateLimits } from '../limits/rate-limits.ts';

/**
 * Takes one of the attempts that an address, and whoever is named by e-mail address or account, have at what takes a password or sends a mail: so neither can one
 * account be tried out from many addresses, nor many from one. Throws 429 `TOO_MANY_REQUESTS`.
 */
export const createLoginLimit = (limits: RateLimits) =>
  async function limitLogins(req: Request, res: Response, whom?: string): Promise<void> {
    await limits.take('logins', `address:${addressOf(req)}`, res);
    if (whom === undefined) return;
    // No e-mail address is to be read in Redis.
    const hash = createHash('sha256').update(whom.toLowerCase()).digest('base64url');
    await limits.take('logins', `account:${hash}`, res);
  };

export type LimitLogins = ReturnType<typeof createLoginLimit>;
