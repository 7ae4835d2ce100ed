import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from '../logger.ts';
import { Histogram, type Registry } from '../metrics.ts';
import type { Gate } from './access.ts';
import { securityHeaders, type SetHeaders } from './answer-headers.ts';
import { HttpError, problemHandler } from './problem.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { identifyRequest } from './request-id.ts';
import { limitTime } from './time-limit.ts';
import { idsOf, traceRequest } from './trace-request.ts';

export interface AppOptions {
  log: Logger;
  metrics: Registry;
  /**
   * Routers, and whatever else handles requests, with the path below which each is mounted, in order. Below `/` is the
   * cheapest: Express takes every other path off the URL and puts it back.
   */
  routers: [path: string, router: RequestHandler][];
  /** Sets further headers of every answer, also where a request is refused before any router sees it. Default: none. */
  setHeaders?: SetHeaders | undefined;
  /** Finds out who sends a request, or refuses it. Default: callers are nobody. */
  gate?: Gate;
  /** How long a request may take before it is answered with 503. Default 15,000. */
  timeLimitMs?: number;
  /** How much of that its body may take to arrive, before it is answered with 408. Default 5,000. */
  bodyTimeLimitMs?: number;
  /** Default: nothing is traced. */
  tracing?: Tracing | undefined;
  /** Express's `trust proxy`, for `req.ip`: how many proxies are believed, or which. Default: none. */
  trustProxy?: number | string[] | undefined;
}

/** An Express application with what every service needs: JSON bodies, problem documents, metrics, a log, `X-Request-Id`. */
export function createApp({
  log,
  metrics,
  routers,
  setHeaders,
  gate,
  timeLimitMs = 15_000,
  bodyTimeLimitMs = 5_000,
  trustProxy,
  tracing,
}: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.locals.gate = gate;
  if (trustProxy) app.set('trust proxy', trustProxy);

  // For refuse as well.
  const setAllHeaders: SetHeaders = (req, res) => {
    for (const [name, value] of securityHeaders) res.setHeader(name, value);
    identifyRequest(req, res);
    setHeaders?.(req, res);
  };
  app.locals.setHeaders = setAllHeaders;

  app.use(observe(log, metrics, tracing, setAllHeaders));
  app.use(limitTime(timeLimitMs, Math.min(timeLimitMs, bodyTimeLimitMs)));
  for (const [path, router] of routers) app.use(path, router);
  app.use(() => {
    throw new HttpError(404, 'PATH_UNKNOWN', 'There is nothing at this path.');
  });
  app.use(problemHandler(log));
  return app;
}

function observe(
  log: Logger,
  metrics: Registry,
  tracing: Tracing | undefined,
  setHeaders: SetHeaders,
): RequestHandler {
  const duration = new Histogram({
    name: 'ct_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [metrics],
  });
  return (req, res, next) => {
    setHeaders(req, res);
    const endSpan = tracing && traceRequest(tracing, req, res);
    const startedAt = performance.now();
    // Once, as in admission.ts.
    res.once('close', () => {
      const seconds = (performance.now() - startedAt) / 1000;
      const route = (res.locals.route as string | undefined) ?? 'unmatched';
      duration.observe({ method: req.method, route, status: res.statusCode }, seconds);
      endSpan?.(route);
      // Not put together where nobody reads it: this is done for every cached read.
      if (log.isLevelEnabled('debug'))
        log.debug({ ...idsOf(res), method: req.method, route, status: res.statusCode, seconds }, 'request');
    });
    next();
  };
}
