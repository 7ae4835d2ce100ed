import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import { Counter, Gauge, type Registry } from '../metrics.ts';
import { HttpError, refuse } from './problem.ts';

export interface AdmissionOptions {
  /** Gets `ct_http_requests_in_progress` and `ct_http_requests_refused_total`. */
  metrics: Registry;
  /** Whether requests wait for something that stands still at present. Default: it never does. */
  isStalled?: () => boolean;
}

/** So long does a request wait at the most behind those before it. */
const targetMs = 250;
/** So many are always admitted: after a quiet time nobody knows what can be done in that time. */
const leastReads = 256;
const leastWrites = 128;
/** Whoever asks again as soon as he is refused would otherwise take the time of those that are served. */
const refusalDelayMs = 250;
const mostHeldBack = 10_000;
/** Those that wait for what stands still take memory, but do not take the place of those that need not wait. */
const mostStalled = 5_000;

const readMethods = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What tells how the process is. */
const alwaysAdmitted = /^\/(health|metrics)(\/|\?|$)/;

/**
 * Refuses requests, before anything is done for them, when as many are in progress as were answered in the last quarter of
 * a second: so those that are served wait no longer than that, whatever they cost and however fast the machine is.
 * Reads and writes are counted apart, as one of them may be many times as fast as the other.
 */
export function createAdmission({ metrics, isStalled = () => false }: AdmissionOptions) {
  let heldBack = 0;
  const kinds = { read: createCount(leastReads), write: createCount(leastWrites) };

  const refused = new Counter({
    name: 'ct_http_requests_refused_total',
    help: 'Requests refused unseen, as too many were in progress',
    labelNames: ['kind'],
    registers: [metrics],
  });
  new Gauge({
    name: 'ct_http_requests_in_progress',
    help: 'Requests that are being served, apart from those for health and metrics',
    labelNames: ['kind'],
    registers: [metrics],
    collect() {
      for (const [kind, count] of Object.entries(kinds)) this.set({ kind }, count.inProgress());
    },
  });

  return {
    /** Counts a request until it is answered. False: it is to be refused. */
    admits({ url = '', method = '' }: IncomingMessage, res: ServerResponse): boolean {
      if (alwaysAdmitted.test(url)) return true;
      const kind = readMethods.has(method) ? 'read' : 'write';
      const count = kinds[kind];
      if (count.isFull() && (count.inProgress() >= mostStalled || !isStalled())) {
        refused.inc({ kind });
        return false;
      }
      count.begin();
      // Once: an answer whose connection was lost before its turn may be told of that twice.
      res.once('close', count.end);
      return true;
    },

    /** Answers 503 `OVERLOADED` a quarter of a second later; at once if 10,000 wait for that already. */
    refuse(req: Request, res: Response): void {
      if (heldBack >= mostHeldBack) return refuse(req, res, overloaded);
      heldBack++;
      setTimeout(() => {
        heldBack--;
        refuse(req, res, overloaded);
      }, refusalDelayMs);
    },
  };
}

export type Admission = ReturnType<typeof createAdmission>;

/** Counts requests of one kind, and knows how many of them may be in progress: as many as were answered in the last `targetMs`. */
function createCount(least: number) {
  let inProgress = 0;
  let answered = 0;
  let since = performance.now();
  let limit = least;

  return {
    inProgress: () => inProgress,

    isFull() {
      const ms = performance.now() - since;
      if (ms >= targetMs) {
        limit = Math.max(least, (answered * targetMs) / ms);
        answered = 0;
        since += ms;
      }
      return inProgress >= limit;
    },

    begin() {
      inProgress++;
    },

    end: () => {
      inProgress--;
      answered++;
    },
  };
}

const overloaded = new HttpError(
  503,
  'OVERLOADED',
  'More requests are in progress than can be served. Nothing was done: try again shortly.',
  { 'Retry-After': '1' },
);
