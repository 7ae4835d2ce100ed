import type { Request, Response } from 'express';
import type { TracedRequest } from '../tracing/current.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { tellsOfProcess } from './operation-paths.ts';
import { requestIdOf } from './request-id.ts';

/** Begins the span of a request, which continues the trace of its `traceparent`; gives what ends it, once its route is known. */
export function traceRequest(tracing: Tracing, req: Request, res: Response): (route: string) => void {
  if (tellsOfProcess(req.url)) return () => undefined;
  const { method, headers } = req;
  const requestId = requestIdOf(res);
  const span = tracing.begin(method, {
    kind: 'server',
    parent: headers.traceparent as string | undefined,
    attributes: {
      'http.request.method': method,
      ...(requestId !== undefined && { 'ct.request_id': requestId }),
    },
  });
  res.locals.traced = {
    requestId,
    traceId: span.traceId,
    spanId: span.spanId,
    traceparent: span.traceparent,
  } satisfies TracedRequest;
  return (route) =>
    span.end({
      name: `${method} ${route}`,
      attributes: { 'http.route': route, 'http.response.status_code': res.statusCode },
      ...(res.statusCode >= 500 && { failure: String(res.statusCode) }),
    });
}

/** What its handler has to run for; undefined: it is not traced. */
export const tracedOf = (res: Response) => res.locals.traced as TracedRequest | undefined;

/** By which the lines of the log about a request are found. */
export function idsOf(res: Response) {
  const { traceId, spanId } = tracedOf(res) ?? {};
  return { requestId: requestIdOf(res), ...(traceId !== undefined && { traceId, spanId }) };
}
