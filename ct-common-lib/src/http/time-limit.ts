import type { Request, RequestHandler, Response } from 'express';
import { HttpError, sendProblem } from './problem.ts';

/**
 * Answers 503 to a request that its handler has not answered after `limitMs`. The handler goes on, as nobody can tell
 * how far it is, and what it answers in the end is dropped.
 */
export function limitTime(limitMs: number): RequestHandler {
  /** When each request that is running began, the oldest first; so one timer does for all. */
  const begun = new Map<Response, number>();
  let timer: NodeJS.Timeout | undefined;

  function answerTheLate() {
    timer = undefined;
    for (const [res, begunAt] of begun) {
      const leftMs = begunAt + limitMs - performance.now();
      if (leftMs > 0) return wakeIn(leftMs);
      begun.delete(res);
      answerLate(res, limitMs);
    }
  }

  function wakeIn(ms: number) {
    // The connections keep the process alive for as long as anybody waits.
    timer = setTimeout(answerTheLate, Math.ceil(ms)).unref();
  }

  return (_req, res, next) => {
    begun.set(res, performance.now());
    if (!timer) wakeIn(limitMs);
    res.on('close', () => begun.delete(res));
    next();
  };
}

function answerLate(res: Response, limitMs: number): void {
  if (res.headersSent) return;
  res.locals.isAnsweredForGood = true;
  sendProblem(res.req, res, tooLate(res.req, limitMs / 1000));
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
