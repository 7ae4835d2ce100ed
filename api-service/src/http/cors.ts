import cors from 'cors';
import type { Request, Response } from 'express';

const dayInSeconds = 24 * 60 * 60;

/**
 * Lets pages of these origins (`*`: of all) call the API from a browser, with what they need of the answers. No cookie is sent
 * along, as none means anything here.
 */
export function allowOrigins(origins: string[]) {
  const allow = cors({
    origin: origins.includes('*') ? '*' : origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'ETag',
      'Idempotency-Replayed',
      'Link',
      'Location',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'WWW-Authenticate',
      'X-Request-Id',
    ],
    maxAge: dayInSeconds,
    // The path itself answers OPTIONS, with what it allows.
    preflightContinue: true,
  });
  // With a list of origins it has nothing to wait for.
  return (req: Request, res: Response) => allow(req, res, () => undefined);
}
