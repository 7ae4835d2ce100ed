import { Agent, request } from 'node:http';
import { newAdmin } from '../../../api-service/test/support/tokens.ts';

/** What came of a request. Times are of `Date.now()`. */
export interface Reply {
  /** 0 if there was no answer, or half of one. */
  status: number;
  /** JSON, parsed; undefined if the body is empty or something else. */
  body: unknown;
  /** Why there was no answer. */
  lost?: 'refused' | 'reset' | 'time-out';
  startedAt: number;
  endedAt: number;
}

/** How long a client waits: whatever takes longer hangs. */
export const clientTimeoutMs = 20_000;

const agent = new Agent({ keepAlive: true });

/** Sends a request, by default a write as an admin, and never rejects: what does not come back is told as well. */
export async function call(
  method: string,
  url: string,
  json?: unknown,
  given?: Record<string, string>,
): Promise<Reply> {
  const authorization = method === 'GET' || given ? given : { Authorization: `Bearer ${await newAdmin()}` };
  const startedAt = Date.now();
  const body = json === undefined ? undefined : JSON.stringify(json);
  const headers = {
    ...authorization,
    ...(body && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve) => {
    const end = (outcome: Pick<Reply, 'status' | 'body' | 'lost'>) => {
      clearTimeout(timer);
      resolve({ ...outcome, startedAt, endedAt: Date.now() });
    };
    const lose = (lost: Reply['lost']) => end({ status: 0, body: undefined, lost: lost! });
    const sent = request(url, { method, agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => end({ status: response.statusCode!, body: parse(text) }));
      response.on('error', () => lose('reset'));
    });
    const timer = setTimeout(() => {
      lose('time-out');
      sent.destroy();
    }, clientTimeoutMs);
    sent.on('error', ({ code }: NodeJS.ErrnoException) =>
      lose(code === 'ECONNREFUSED' ? 'refused' : 'reset'),
    );
    sent.end(body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
