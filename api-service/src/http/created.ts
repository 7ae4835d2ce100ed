import type { Request, Response } from 'express';
import { sendRepresentation } from 'ct-common-lib/http';
import type { Created } from '../db/once.ts';

/** 201 with where it is; marked, if the same request was answered so before. */
export function sendCreated(
  req: Request,
  res: Response,
  collection: string,
  { id, representation, isReplay = false }: Created,
): void {
  res.status(201).location(`${collection}/${id}`);
  if (isReplay) res.set('Idempotency-Replayed', 'true');
  sendRepresentation(req, res, representation);
}
