import { Router } from 'express';
import type { Registry } from '../metrics.ts';
import { endpoint, route } from './endpoint.ts';

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

/** `/health/live` (the process runs), `/health/ready` (200 or 503, with the state of each part), `/metrics`. */
export function createHealthRouter({ ready, metrics }: HealthOptions): Router {
  const router = Router();

  route(router, '/health/live', {
    get: endpoint({}, (_input, res) => {
      res.set('Cache-Control', 'no-store').json({ status: 'live' });
    }),
  });

  route(router, '/health/ready', {
    get: endpoint({}, async (_input, res) => {
      const state = await ready();
      res
        .status(state.ready ? 200 : 503)
        .set('Cache-Control', 'no-store')
        .json({ status: state.ready ? 'ready' : 'not ready', parts: state.parts });
    }),
  });

  route(router, '/metrics', {
    get: endpoint({}, async (_input, res) => {
      res.set('Content-Type', metrics.contentType).send(await metrics.metrics());
    }),
  });

  return router;
}
