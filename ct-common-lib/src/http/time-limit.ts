import type { Request, RequestHandler, Response } from 'express';
import { awaitsBody } from './body.ts';
import { HttpError, sendProblem } from './problem.ts';

interface Running {
  res: Response;
  begunAt: number;
  /** Where it stands among those that are running; -1 when it is over. */
  place: number;
}

/**
 * Answers 503 to a request that its handler has not answered after `limitMs`, and 408 to one whose body has not arrived after
 * `bodyLimitMs`. The handler goes on, as nobody can tell how far it is, and what it answers in the end is dropped.
 */
export function limitTime(limitMs: number, bodyLimitMs: number): RequestHandler {
  // No Map: once it is old, each hash table that it has outgrown keeps what was in it, and the table after it, out of the
  // reach of the quick garbage collection, and a request costs half as much again.
  const running: Running[] = [];
  /** One for all. */
  let timer: NodeJS.Timeout | undefined;

  function answerTheLate() {
    timer = undefined;
    const now = performance.now();
    const late = running.filter((request) => endOf(request) <= now);
    for (const request of late) {
      leave(request);
      answerLate(request.res, limitMs);
    }
    if (running.length > 0) wakeIn(Math.min(bodyLimitMs, Math.min(...running.map(endOf)) - now));
  }

  const endOf = ({ res, begunAt }: Running) => begunAt + (awaitsClient(res.req) ? bodyLimitMs : limitMs);

  function wakeIn(ms: number) {
    // The connections keep the process alive for as long as anybody waits.
    timer = setTimeout(answerTheLate, Math.ceil(ms)).unref();
  }

  function leave(request: Running) {
    if (request.place === -1) return;
    const last = running.pop()!;
    if (last !== request) {
      running[request.place] = last;
      last.place = request.place;
    }
    request.place = -1;
  }

  return (_req, res, next) => {
    const request = { res, begunAt: performance.now(), place: running.length };
    running.push(request);
    if (!timer) wakeIn(bodyLimitMs);
    res.on('close', () => leave(request));
    next();
  };
}

function answerLate(res: Response, limitMs: number): void {
  if (res.headersSent) return;
  res.locals.isAnsweredForGood = true;
  const { req } = res;
  sendProblem(req, res, awaitsClient(req) ? bodyTooLate : tooLate(req.method, limitMs / 1000));
}

/** Not if nobody has taken yet what it has sent of its body. */
const awaitsClient = (req: Request) => awaitsBody(req) && req.readableLength < req.readableHighWaterMark;

const bodyTooLate = new HttpError(408, 'REQUEST_TIMEOUT', 'The request took too long to arrive.', {
  Connection: 'close',
});

function tooLate(method: string, seconds: number): HttpError {
  if (method === 'GET' || method === 'HEAD') {
    const detail = `It could not be answered within ${seconds} s. Try again shortly.`;
    return new HttpError(503, 'TIMED_OUT', detail, { 'Retry-After': '1' });
  }
  const detail = `It took longer than ${seconds} s: the change may have been made, or still be made. Read before you try again.`;
  return new HttpError(503, 'OUTCOME_UNKNOWN', detail, { 'Retry-After': '1' });
}
