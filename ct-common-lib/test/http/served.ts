import { Router } from 'express';
import { createApp, createHttpServer, type HttpServer } from '../../src/http/index.ts';
import { createLogger, createMetrics } from '../../src/index.ts';
import { send, type Sent } from './client.ts';

/** Serves a router for the tests of a suite, as a service would. */
export function served(define: (router: Router) => void, path = '/') {
  const lines: string[] = [];
  const log = createLogger({
    name: 'test',
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });
  const metrics = createMetrics('test');
  const router = Router();
  define(router);
  let server: HttpServer;

  before(async () => {
    const app = createApp({ log, metrics, routers: [[path, router]] });
    server = createHttpServer(app, { host: '127.0.0.1', port: 0, log });
    await server.start();
  });
  beforeEach(() => void lines.splice(0));
  after(() => server.stop());

  return {
    metrics,
    port: () => server.port(),
    send: (method: string, target: string, options: Omit<Sent, 'method'> = {}) =>
      send(server.port(), target, { method, ...options }),
    /** What was logged at this level during the test. */
    logged: (level: string) =>
      lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line.level === level),
  };
}

export const json = { 'Content-Type': 'application/json' };
