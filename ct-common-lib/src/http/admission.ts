import type { Request, Response } from 'express';
import { Counter, Gauge, type Registry } from '../metrics.ts';
import { addressOf } from './address.ts';
import { awaitsBody } from './body.ts';
import { tellsOfProcess } from './operation-paths.ts';
import { HttpError, refuse } from './problem.ts';
import { createShares } from './shares.ts';

export interface AdmissionOptions {
  /** Gets `ct_http_requests_in_progress`, `ct_http_requests_refused_total`, and the same of connections. */
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
/** Whose bodies are on their way. One address has as many as all writes are sure of, and four addresses have them all. */
const mostArriving = { most: 512, mostOfOne: 128 };
/** They take 20 kB each, and fewer files than a process may have open as a rule. One address has a fifth of them at the most. */
const mostConnections = { most: 10_000, mostOfOne: 2_000 };

const readMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests, before anything is done for them, when as many are in progress as were answered in the last quarter of
 * a second: so those that are served wait no longer than that, whatever they cost and however fast the machine is.
 * Reads and writes are counted apart, as one of them may be many times as fast as the other; and apart from both, until they are
 * whole, those whose bodies are on their way, so that nobody takes the place of others by not sending one.
 */
export function createAdmission({ metrics, isStalled = () => false }: AdmissionOptions) {
  let heldBack = 0;
  const kinds = { read: createCount(leastReads), write: createCount(leastWrites) };
  const arriving = createShares(mostArriving);
  const connections = createShares(mostConnections);

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
      this.set({ kind: 'arriving' }, arriving.taken());
    },
  });

  const refusedConnections = new Counter({
    name: 'ct_http_connections_refused_total',
    help: 'Connections closed unread, as there were too many, in all or from one address',
    registers: [metrics],
  });
  new Gauge({
    name: 'ct_http_connections',
    help: 'Connections that are open',
    registers: [metrics],
    collect() {
      this.set(connections.taken());
    },
  });

  function enter(kind: keyof typeof kinds): Leave | undefined {
    const count = kinds[kind];
    if (isFull(count)) return void refused.inc({ kind });
    count.begin();
    return count.end;
  }

  const isFull = (count: Count) => count.isFull() && (count.inProgress() >= mostStalled || !isStalled());

  /** The place of a request that waits for its body, which takes one among the writes when it has it. */
  function enterEarly(req: Request): Leave | undefined {
    if (isFull(kinds.write)) return void refused.inc({ kind: 'write' });
    const leaveEarly = arriving.take(addressOf(req));
    if (!leaveEarly) return void refused.inc({ kind: 'arriving' });
    let leave: Leave | undefined = leaveEarly;
    req.once('end', () => {
      // It was answered without.
      if (!leave) return;
      leaveEarly();
      leave = enter('write');
      // Nothing was done for it but to read it.
      if (!leave) req.res!.locals.refusal = overloaded;
    });
    return () => {
      leave?.();
      leave = undefined;
    };
  }

  return {
    /** Gives what gives the place of the request back, to be called once; undefined: it is to be refused. */
    admit(req: Request): Leave | undefined {
      const { url, method } = req;
      if (tellsOfProcess(url)) return hasNoPlace;
      if (awaitsBody(req)) return enterEarly(req);
      return enter(readMethods.has(method) ? 'read' : 'write');
    },

    /** The same for a connection from this address; undefined: from a proxy, which has those of all its clients. */
    admitConnection(address: string | undefined): Leave | undefined {
      const leave = connections.take(address);
      if (!leave) refusedConnections.inc();
      return leave;
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

type Leave = () => void;
type Count = ReturnType<typeof createCount>;

const hasNoPlace = () => undefined;

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
