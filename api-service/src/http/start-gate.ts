import { Router } from 'express';
import { TransientError } from 'ct-common-lib';

/** Answers 503 until the database is ready: before that its tables may not even be there. */
export function createStartGate(isReady: () => boolean): Router {
  return Router().use((_req, _res, next) => {
    if (!isReady())
      throw new TransientError('STARTING', {
        detail: 'The service is starting: its database is not ready yet.',
      });
    next();
  });
}
