import { createServer, IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Express, Request, Response } from 'express';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { addressOf } from './address.ts';
import type { Admission } from './admission.ts';
import { awaitsBody } from './body.ts';
import { answerMalformed, answerNoHost, answerNoPath, hasPath, lacksHost } from './malformed.ts';
import { cutUnread } from './unread.ts';

export interface ServerOptions {
  host: string;
  /** 0 for any free port. */
  port: number;
  log: Logger;
  /** Decides which requests are served at all. Default: all are. */
  admission?: Admission;
  /** The variable that sets the port, for the message when it is taken. Default `PORT`. */
  portVariable?: string;
  /** How long the head of a request may take, and up to 2 s longer. Default 10,000. */
  headTimeoutMs?: number;
  /** How long a connection may stand still while it waits for an answer or holds one up. Default 30,000. */
  stallTimeoutMs?: number;
  /** How long a stop goes on taking requests, so that balancers see in time that this server is not ready. Default 0. */
  drainDelayMs?: number;
  /** How long requests that are running after that may take to finish. Default 8,000. */
  drainTimeoutMs?: number;
}

/**
 * An HTTP server for an Express application that can be started and stopped. A stop has every answer close its
 * connection. After the delay it takes no new connections, closes the idle ones, lets running requests finish and cuts
 * what is left at the deadline.
 */
export function createHttpServer(
  app: Express,
  {
    host,
    port,
    log,
    admission,
    portVariable = 'PORT',
    headTimeoutMs = 10_000,
    stallTimeoutMs = 30_000,
    drainDelayMs = 0,
    drainTimeoutMs = 8_000,
  }: ServerOptions,
) {
  // Node.js itself would answer a request without Host with a 400 that says nothing.
  const options = {
    ...messageClasses(app),
    requireHostHeader: false,
    // Every 30 s by default, whatever the time-outs say.
    connectionsCheckingInterval: 2_000,
  };
  const server = createServer(options, (incoming, outgoing) => {
    const [req, res] = [incoming as Request, outgoing as Answer];
    follow(req, res);
    if (lacksHost(req)) answerNoHost(req, res);
    else if (!hasPath(req)) answerNoPath(req, res);
    // The rest of what has arrived is read until then, and with it most bodies.
    else if (admission && awaitsBody(req)) setImmediate(serve, req, res);
    else serve(req, res);
  });
  // A client that dribbles its request may not hold a connection for ever.
  server.headersTimeout = headTimeoutMs;
  server.requestTimeout = 15_000;
  server.keepAliveTimeout = 65_000;
  // Nor one that asks and does not read the answer.
  server.timeout = stallTimeoutMs;

  /** The answers that each connection waits for: in an array, for the reason told in time-limit.ts. */
  const running = new Map<Duplex, ServerResponse[]>();
  answerMalformed(server, (socket) =>
    Boolean(running.get(socket)?.some((res) => res.socket === socket && res.headersSent)),
  );
  cutUnread(server, running);
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  let closing = false;

  server.on('connection', (socket) => {
    const leave = admission?.admitConnection(clientOf(socket));
    if (admission && !leave) return void socket.destroy();
    const answers: ServerResponse[] = [];
    running.set(socket, answers);
    socket.once('close', () => {
      leave?.();
      running.delete(socket);
      // Node.js tells of the end to the answer that was being sent, and not to those of requests sent ahead.
      setImmediate(() => [...answers].forEach((res) => res.emit('close')));
    });
  });

  /** Undefined: a proxy that is believed. */
  function clientOf({ remoteAddress }: Socket): string | undefined {
    const isProxy = app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean;
    return isProxy(remoteAddress, 0) ? undefined : addressOf({ ip: remoteAddress });
  }

  function serve(req: Request, res: Answer) {
    // Whoever is gone by then would never give his place back.
    if (req.socket.destroyed) return;
    if (admission) {
      res.leave = admission.admit(req);
      if (!res.leave) return admission.refuse(req, res);
    }
    app(req, res);
  }

  function follow({ socket }: IncomingMessage, res: Answer) {
    if (stopping) res.setHeader('Connection', 'close');
    const answers = running.get(socket) ?? [];
    answers.push(res);
    res.on('close', () => {
      const place = answers.indexOf(res);
      if (place !== -1) answers.splice(place, 1);
      leavePlace(res);
      // An answer whose head was out before the stop has left its connection open.
      if (closing) server.closeIdleConnections();
    });
  }

  function listen() {
    return new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(listenError(error, { host, port, portVariable })),
      );
      server.listen({ host, port, backlog }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => log.error({ err: error }, 'http server'));
        resolve();
      });
    });
  }

  async function drain() {
    await starting?.catch(() => undefined);
    if (!server.listening) return;
    for (const res of [...running.values()].flat())
      if (!res.headersSent) res.setHeader('Connection', 'close');
    // Until then a request may be on its way on any connection, so none may be closed from here.
    await sleep(drainDelayMs);
    closing = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const deadline = setTimeout(() => server.closeAllConnections(), drainTimeoutMs);
    await closed;
    clearTimeout(deadline);
  }

  return {
    /** Throws {@link AppError} `PORT_TAKEN` or `PORT_REFUSED`, in a sentence that says what to do. */
    start(): Promise<void> {
      starting ??= listen();
      return starting;
    },

    /** Takes `drainDelayMs` and `drainTimeoutMs` at the most. May be called at any time and any number of times. */
    stop(): Promise<void> {
      stopping ??= drain();
      return stopping;
    },

    /** The port that it listens on. Throws unless it was started. */
    port(): number {
      const address = server.address() as AddressInfo | null;
      if (!address) throw new Error('The server has not been started');
      return address.port;
    },
  };
}

export type HttpServer = ReturnType<typeof createHttpServer>;

/**
 * Connections that the kernel accepts ahead of this process, if its own limit allows. With the 511 of Node.js a burst of
 * new connections under load is dropped without a word, and comes again seconds later.
 */
const backlog = 4_096;

/**
 * Message classes whose prototypes ARE `app.request` and `app.response`. Express gives every message those
 * prototypes; where it has them from birth that is a no-op, and a small request costs a quarter. They are derived
 * classes, as V8 gives the instances of these one hidden class; with a function as `new.target` each would have its own.
 */
function messageClasses(app: Express) {
  class Incoming extends IncomingMessage {}
  class Outgoing<Asked extends IncomingMessage> extends ServerResponse<Asked> {
    leave: Answer['leave'] = undefined;

    /** What is done for a request is done by then, and whoever reads the answer slowly takes nobody's place. */
    override writeHead(status: number, reason?: unknown, headers?: unknown): this {
      leavePlace(this);
      return super.writeHead(status, reason as string, headers as OutgoingHttpHeaders);
    }
  }
  app.request = Object.setPrototypeOf(Incoming.prototype, app.request) as Request;
  app.response = Object.setPrototypeOf(Outgoing.prototype, app.response) as Response;
  return { IncomingMessage: Incoming, ServerResponse: Outgoing };
}

interface Answer extends Response {
  /** Gives the place of its request in the admission back. */
  leave: (() => void) | undefined;
}

/** Once: an answer is told of its end after its beginning, and twice if its connection was lost before its turn. */
function leavePlace(res: Pick<Answer, 'leave'>) {
  res.leave?.();
  res.leave = undefined;
}

/** Throws what {@link createHttpServer} would throw at its start; for a look before other things are started. */
export async function assertPortIsFree(address: Address): Promise<void> {
  const { host, port } = address;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, address)));
    server.listen({ host, port }, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

const unusableAddress = new Set(['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL']);

type Address = Required<Pick<ServerOptions, 'host' | 'port' | 'portVariable'>>;

function listenError(error: NodeJS.ErrnoException, { host, port, portVariable }: Address): Error {
  if (error.code === 'EADDRINUSE') {
    return new AppError('PORT_TAKEN', {
      detail: `Port ${port} on ${host} is taken: stop the program that uses it, or set ${portVariable} to another port.`,
      cause: error,
    });
  }
  if (error.code && unusableAddress.has(error.code)) {
    return new AppError('PORT_REFUSED', {
      detail: `Cannot listen on ${host}:${port} (${error.code}): check HOST and ${portVariable}.`,
      cause: error,
    });
  }
  return error;
}
