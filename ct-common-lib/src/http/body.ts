import express, { type Request, type RequestHandler } from 'express';
import { HttpError } from './problem.ts';

/** The largest body that is read, before and after decompression. */
export const bodyLimitBytes = 100_000;

const jsonTypes = ['application/json', 'application/merge-patch+json'];

const parseJson = express.json({ limit: bodyLimitBytes, type: jsonTypes });

/**
 * Reads a JSON body, if there is one, into `req.body`. A body of another media type is refused rather than ignored, as
 * ignoring it would answer a wrong question.
 */
export const readBody: RequestHandler = (req, res, next) => {
  if (isEmpty(req)) return next();
  // `is` gives null when there is no body, false when there is one of another type.
  if (req.is(jsonTypes) === false) {
    throw new HttpError(415, 'MEDIA_TYPE_UNSUPPORTED', 'Send the body as application/json.', {
      Accept: jsonTypes.join(', '),
    });
  }
  parseJson(req, res, next);
};

const isEmpty = ({ headers }: Request) =>
  headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0';
