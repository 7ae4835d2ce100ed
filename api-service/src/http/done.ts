import type { Request, Response } from 'express';
import { sendRepresentation } from 'ct-common-lib/http';
import type { Done } from '../db/once.ts';

/** 201 with where it is; marked, if the same request was answered so before. */
export function sendCreated(req: Request, res: Response, collection: string, done: Done): void {
  res.location(`${collection}/${done.id}`);
  sendDone(req, res, 201, done);
}

/** The same without; 204 if there is nothing to say. What has no entity tag is for the caller alone, and kept by nobody. */
export function sendDone(req: Request, res: Response, status: number, done: Done): void {
  const { representation, isReplay = false } = done;
  const { etag, body } = representation;
  if (isReplay) res.set('Idempotency-Replayed', 'true');
  if (body.length === 0) return void res.status(204).end();
  res.status(status);
  if (etag !== '') return sendRepresentation(req, res, representation);
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Content-Length', body.length);
  res.end(body);
}
