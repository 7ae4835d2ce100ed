import { once } from 'node:events';
import { request, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  agent?: Agent;
}

/** Opens a request and sends its body, and leaves the answer to the caller. */
export function open(port: number, path: string, { body, ...options }: Sent = {}): ClientRequest {
  const sent = request({ host: '127.0.0.1', port, path, agent: false, ...options });
  sent.end(body);
  return sent;
}

/** Sends a request and gives its whole answer. Rejects if the connection is cut before that. */
export async function send(port: number, path: string, options: Sent = {}) {
  const [answer] = (await once(open(port, path, options), 'response')) as [IncomingMessage];
  return read(answer);
}

/** The whole of an answer. */
export async function read(answer: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    status: answer.statusCode!,
    headers: answer.headers,
    rawHeaders: answer.rawHeaders,
    text,
    json: <T = Record<string, unknown>>() => JSON.parse(text) as T,
  };
}
