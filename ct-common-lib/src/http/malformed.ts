import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Request, Response } from 'express';
import { securityHeaders } from './answer-headers.ts';
import { HttpError, problemDocument, problemType, refuse } from './problem.ts';

/**
 * Answers with a problem document what Node.js refuses by itself, before there is a request for the application.
 * `isAnswering` tells whether an answer is under way on a connection: nothing may be written into it.
 */
export function answerMalformed(server: Server, isAnswering: (socket: Duplex) => boolean): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || isAnswering(socket)) return void socket.destroy();
    const problem = problemOfParser(error.code);
    // There is no URL to name: it is what could not be read.
    const body = problemDocument(problem);
    const head = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      `Content-Type: ${problemType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      ...securityHeaders.map((header) => header.join(': ')),
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  });

  server.on('checkExpectation', (req: Request, res: Response) => {
    refuse(req, res, new HttpError(417, 'EXPECTATION_FAILED', 'The only expectation is 100-continue.'));
  });
}

/** Whether Express can route the request. Takes the path out of a whole URL, as proxies send it (RFC 9112, 3.2.2). */
export function hasPath(req: IncomingMessage): boolean {
  const url = req.url ?? '';
  if (url.startsWith('/') || url === '*') return true;
  if (!URL.canParse(url)) return false;
  const { pathname, search } = new URL(url);
  req.url = pathname + search;
  return true;
}

export function answerNoPath(req: Request, res: Response): void {
  refuse(req, res, new HttpError(400, 'URL_MALFORMED', 'The URL of the request cannot be read.'));
}

/** HTTP/1.1 wants the host named in each request (RFC 9112, 3.2). */
export const lacksHost = ({ httpVersion, headers }: IncomingMessage) =>
  httpVersion === '1.1' && headers.host === undefined;

export function answerNoHost(req: Request, res: Response): void {
  res.setHeader('Connection', 'close');
  refuse(req, res, new HttpError(400, 'HOST_MISSING', 'The request has no Host header.'));
}

function problemOfParser(code: string | undefined): HttpError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpError(431, 'HEAD_TOO_LARGE', 'The URL and the headers are larger than 16 kB together.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpError(408, 'REQUEST_TIMEOUT', 'The request took too long to arrive.');
    default:
      return new HttpError(400, 'REQUEST_MALFORMED', 'The request is not valid HTTP/1.1.');
  }
}
