import { Router, type Response } from 'express';
import { z } from 'zod';
import type { Registry } from '../metrics.ts';
import { endpoint, route, type About } from './endpoint.ts';

export interface Readiness {
  /** Whether requests may be sent here. */
  ready: boolean;
  /** The state of each helper, also of those that may be away, e.g. `{ postgres: 'up', redis: 'down' }`. */
  parts: Record<string, string>;
}

export interface HealthOptions {
  ready: () => Promise<Readiness>;
  metrics: Registry;
}

/** The chapter of what is for whoever runs it. */
export const operationTag = 'Operation';
const stateOf = (status: z.ZodType) => z.strictObject({ status, parts: z.record(z.string(), z.string()) });

const about = {
  live: {
    id: 'getLiveness',
    summary: 'Whether the process runs',
    tag: operationTag,
    answer: {
      description: 'It does.',
      body: z.strictObject({ status: z.literal('live') }),
      example: { status: 'live' },
    },
  },
  ready: {
    id: 'getReadiness',
    summary: 'Whether requests may be sent here, and the state of each helper',
    tag: operationTag,
    answer: {
      description: 'They may.',
      body: stateOf(z.literal('ready')),
      example: { status: 'ready', parts: { postgres: 'up', cache: 'in-use', bus: 'connected' } },
      unavailable: {
        description: 'They may not.',
        body: stateOf(z.literal('not ready')),
        example: { status: 'not ready', parts: { postgres: 'down', cache: 'in-use', bus: 'connected' } },
      },
    },
  },
  metrics: {
    id: 'getMetrics',
    summary: 'Metrics for Prometheus',
    tag: operationTag,
    answer: {
      description: 'In the text format.',
      body: z.string(),
      mediaType: 'text/plain',
      example: 'ct_http_requests_in_progress{kind="read"} 1\n',
    },
  },
} satisfies Record<string, About>;

/** `/health/live` (the process runs), `/health/ready` (200 or 503, with the state of each part), `/metrics`. */
export function createHealthRouter({ ready, metrics }: HealthOptions): Router {
  // By these names alone: a proxy that hides /metrics need not know of /METRICS, or of /metrics/.
  const router = Router({ caseSensitive: true, strict: true });

  route(router, '/health/live', {
    get: endpoint({ about: about.live }, (_input, res) => {
      sendState(res, 200, { status: 'live' });
    }),
  });

  route(router, '/health/ready', {
    get: endpoint({ about: about.ready }, async (_input, res) => {
      const state = await ready();
      const status = state.ready ? 'ready' : 'not ready';
      sendState(res, state.ready ? 200 : 503, { status, parts: state.parts });
    }),
  });

  route(router, '/metrics', {
    get: endpoint({ about: about.metrics }, async (_input, res) => {
      res.set('Content-Type', metrics.contentType).end(await metrics.metrics());
    }),
  });

  return router;
}

/** Not with `json`, which would answer 304 to whoever says that he has everything (`If-None-Match: *`). */
function sendState(res: Response, status: number, state: object): void {
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };
  res.writeHead(status, headers).end(JSON.stringify(state));
}
