import type { Request, RequestHandler } from 'express';
import { HttpError, sendProblem } from './problem.ts';

/**
 * Answers 503 to a request that its handler has not answered after `limitMs`. The handler goes on, as nobody can tell
 * how far it is, and what it answers in the end is dropped.
 */
export function limitTime(limitMs: number): RequestHandler {
  return (req, res, next) => {
    const timer = setTimeout(() => {
      if (res.headersSent) return;
      res.locals.isAnsweredForGood = true;
      sendProblem(req, res, tooLate(req, limitMs / 1000));
    }, limitMs);
    res.once('close', () => clearTimeout(timer));
    next();
  };
}

function tooLate({ complete, method }: Request, seconds: number): HttpError {
  if (!complete) {
    const detail = 'The request took too long to arrive.';
    return new HttpError(408, 'REQUEST_TIMEOUT', detail, { Connection: 'close' });
  }
  if (method === 'GET' || method === 'HEAD') {
    const detail = `It could not be answered within ${seconds} s. Try again shortly.`;
    return new HttpError(503, 'TIMED_OUT', detail, { 'Retry-After': '1' });
  }
  const detail = `It took longer than ${seconds} s: the change may have been made, or still be made. Read before you try again.`;
  return new HttpError(503, 'OUTCOME_UNKNOWN', detail, { 'Retry-After': '1' });
}
