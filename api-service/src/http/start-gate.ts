import type { RequestHandler } from 'express';
import { TransientError } from 'ct-common-lib';

/** Answers 503 to what is below /api until the database is ready: before that its tables may not even be there. */
export function createStartGate(isReady: () => boolean): RequestHandler {
  return (req, _res, next) => {
    if (!isReady() && /^\/api(\/|$)/i.test(req.path))
      throw new TransientError('STARTING', {
        detail: 'The service is starting: its database is not ready yet.',
      });
    next();
  };
}
