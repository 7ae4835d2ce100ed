import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';

/** By which a request is found in the log, here and wherever else it was sent on with it. */
export const requestIdHeader = 'X-Request-Id';

/** No header longer, and no byte that could forge a line of somebody's log. */
const acceptable = /^[\w.:+/=@-]{1,128}$/;

/** Gives a request the id that it brings, if that is one, or else a new one, and has its answer tell it. */
export function identifyRequest(req: Request, res: Response): void {
  const brought = req.headers['x-request-id'];
  const isGood = typeof brought === 'string' && acceptable.test(brought);
  const id = isGood ? brought : randomUUID();
  res.locals.requestId = id;
  res.setHeader(requestIdHeader, id);
}

export const requestIdOf = (res: Response) => res.locals.requestId as string | undefined;
