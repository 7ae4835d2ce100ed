import express, { type RequestHandler } from 'express';
import { HttpError } from './problem.ts';

/** The largest body that is read, before and after decompression. */
export const bodyLimitBytes = 100_000;

const jsonTypes = ['application/json', 'application/merge-patch+json'];

/** A body of another media type is refused rather than ignored, as ignoring it would answer a wrong question. */
const jsonOnly: RequestHandler = (req, _res, next) => {
  // `is` gives null when there is no body, false when there is one of another type.
  if (req.headers['content-length'] !== '0' && req.is(jsonTypes) === false) {
    throw new HttpError(415, 'MEDIA_TYPE_UNSUPPORTED', 'Send the body as application/json.', {
      Accept: jsonTypes.join(', '),
    });
  }
  next();
};

/** Reads a JSON body, if there is one, into `req.body`. */
export const readBody: RequestHandler[] = [
  jsonOnly,
  express.json({ limit: bodyLimitBytes, type: jsonTypes }),
];
