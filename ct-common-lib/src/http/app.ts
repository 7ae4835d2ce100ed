import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from '../logger.ts';
import { Histogram, type Registry } from '../metrics.ts';
import { HttpError, problemHandler } from './problem.ts';
import { limitTime } from './time-limit.ts';

export interface AppOptions {
  log: Logger;
  metrics: Registry;
  /**
   * Routers, and whatever else handles requests, with the path below which each is mounted, in order. Below `/` is the
   * cheapest: Express takes every other path off the URL and puts it back.
   */
  routers: [path: string, router: RequestHandler][];
  /** How long a request may take before it is answered with 503. Default 15,000. */
  timeLimitMs?: number;
}

/** An Express application with what every service needs: JSON bodies, problem documents, metrics, a log. */
export function createApp({ log, metrics, routers, timeLimitMs = 15_000 }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');

  app.use(observe(log, metrics));
  app.use(limitTime(timeLimitMs));
  for (const [path, router] of routers) app.use(path, router);
  app.use(() => {
    throw new HttpError(404, 'PATH_UNKNOWN', 'There is nothing at this path.');
  });
  app.use(problemHandler(log));
  return app;
}

/** Of answers that are data: no page may be made of one, and it loads nothing, goes into no frame and gives no address away. */
const securityHeaders = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Referrer-Policy', 'no-referrer'],
] as const;

function observe(log: Logger, metrics: Registry): RequestHandler {
  const duration = new Histogram({
    name: 'ct_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [metrics],
  });
  return (req, res, next) => {
    for (const [name, value] of securityHeaders) res.setHeader(name, value);
    const startedAt = performance.now();
    // Once, as in admission.ts.
    res.once('close', () => {
      const seconds = (performance.now() - startedAt) / 1000;
      const route = (res.locals.route as string | undefined) ?? 'unmatched';
      duration.observe({ method: req.method, route, status: res.statusCode }, seconds);
      log.debug({ method: req.method, route, status: res.statusCode, seconds }, 'request');
    });
    next();
  };
}
