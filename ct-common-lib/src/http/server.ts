import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express, Request, Response } from 'express';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { answerMalformed, answerNoHost, answerNoPath, hasPath, lacksHost } from './malformed.ts';

export interface ServerOptions {
  host: string;
  /** 0 for any free port. */
  port: number;
  log: Logger;
  /** The variable that sets the port, for the message when it is taken. Default `PORT`. */
  portVariable?: string;
  /** How long requests that are running may take to finish at a stop. Default 8,000. */
  drainTimeoutMs?: number;
}

/**
 * An HTTP server for an Express application that can be started and stopped. A stop takes no new connections,
 * asks the open ones to close, lets running requests finish and cuts what is left at the deadline.
 */
export function createHttpServer(
  app: Express,
  { host, port, log, portVariable = 'PORT', drainTimeoutMs = 8_000 }: ServerOptions,
) {
  // Node.js itself would answer a request without Host with a 400 that says nothing.
  const server = createServer({ ...messageClasses(app), requireHostHeader: false }, (req, res) => {
    if (lacksHost(req)) answerNoHost(req as Request, res as Response);
    else if (hasPath(req)) app(req, res);
    else answerNoPath(req as Request, res as Response);
  });
  // A client that dribbles its request may not hold a connection for ever.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 65_000;

  const running = new Set<ServerResponse>();
  answerMalformed(server, (socket) => [...running].some((res) => res.socket === socket && res.headersSent));
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  server.prependListener('request', (_req, res) => {
    if (stopping) res.setHeader('Connection', 'close');
    running.add(res);
    res.once('close', () => {
      running.delete(res);
      // An answer whose head was out before the stop has left its connection open.
      if (stopping) server.closeIdleConnections();
    });
  });

  function listen() {
    return new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(listenError(error, { host, port, portVariable })),
      );
      server.listen({ host, port }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => log.error({ err: error }, 'http server'));
        resolve();
      });
    });
  }

  async function drain() {
    await starting?.catch(() => undefined);
    if (!server.listening) return;
    for (const res of running) if (!res.headersSent) res.setHeader('Connection', 'close');
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

    /** Takes `drainTimeoutMs` at the most. May be called at any time and any number of times. */
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
 * Message classes whose prototypes ARE `app.request` and `app.response`. Express gives every message those
 * prototypes; when it has them from birth that is a no-op, which on Node 20 and 22 makes a small request
 * several times cheaper.
 */
function messageClasses(app: Express) {
  return {
    IncomingMessage: bornAs(IncomingMessage, app.request),
    ServerResponse: bornAs(ServerResponse, app.response),
  };
}

function bornAs<C extends new (...args: never[]) => object>(base: C, prototype: object): C {
  function Message(...args: ConstructorParameters<C>): object {
    return Reflect.construct(base, args, Message) as object;
  }
  Message.prototype = prototype;
  Object.setPrototypeOf(Message, base);
  return Message as unknown as C;
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
