import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import express, { type RequestHandler } from 'express';
import { HttpError } from './problem.ts';

/** The largest body that is read, before and after decompression. */
export const bodyLimitBytes = 100_000;

const jsonTypes = ['application/json', 'application/merge-patch+json'];

const parseJson = express.json({
  limit: bodyLimitBytes,
  type: jsonTypes,
  // What is JSON, and yet no object, is told so by the schemas.
  strict: false,
  verify: assertUtf8,
});

/** With any other a body means nothing (RFC 9110, 9.3): nobody waits for it, and Node.js throws it away. */
const methodsWithBodies = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Reads a JSON body, if there is one and the method gives it a meaning, into `req.body`. A body of another media type is refused
 * rather than ignored, as ignoring it would answer a wrong question.
 */
export const readBody: RequestHandler = (req, res, next) => {
  if (!hasBody(req)) return next();
  // `is` gives null when there is no body, false when there is one of another type.
  if (req.is(jsonTypes) === false) {
    throw new HttpError(415, 'MEDIA_TYPE_UNSUPPORTED', 'Send the body as application/json.', {
      Accept: jsonTypes.join(', '),
    });
  }
  parseJson(req, res, (error?: unknown) => next(error ?? res.locals.refusal));
};

/** Express would put U+FFFD in place of whatever is no UTF-8, and take UTF-16 as well. The types are told apart in problem.ts. */
function assertUtf8(_req: unknown, _res: unknown, body: Buffer, charset: string): void {
  if (charset !== 'utf-8')
    throw Object.assign(new Error(`charset ${charset}`), { type: 'charset.unsupported' });
  if (!isUtf8(body)) throw Object.assign(new Error('no UTF-8'), { type: 'entity.not.utf8' });
}

/** Whether a request cannot be answered yet, as its body has not arrived to its end. */
export const awaitsBody = (req: IncomingMessage) => !req.complete && hasBody(req);

const hasBody = ({ method, headers }: IncomingMessage) =>
  methodsWithBodies.has(method!) &&
  (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0');
