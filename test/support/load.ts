import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface LoadRequest {
  method: 'GET' | 'POST';
  target: string;
  /** A JSON document. */
  body?: string;
}

export interface Load {
  port: number;
  /** Sent in turn, over and over; at least one. */
  requests: LoadRequest[];
  /** Requests a second, whether or not the server keeps up. Unset: each connection sends when it has its answer. */
  rate?: number;
  /** At the most. */
  connections: number;
  seconds: number;
  /** Whether a connection that was refused stays away for as long as it was told to. Default: it does not. */
  honoursRetryAfter?: boolean;
}

/** What became of the requests. Latencies in ms. */
export interface LoadReport {
  /** Answers by status, and by code where they are problems: `200`, `503 OVERLOADED`. */
  answers: Record<string, { count: number; p50: number; p99: number; max: number }>;
  /** Answers with a status below 300 per second, before the end. */
  goodput: number;
  /** Requests that had no answer within 5 s. */
  timedOut: number;
  /** Requests whose connection broke, or could not be made. */
  broken: number;
  /** Refusals that do not say when to come back. */
  withoutRetryAfter: number;
  /** Requests that were due, but for which there was no connection before the end. */
  unsent: number;
}

/** Puts load on a server, from a process of its own. Throws if there is nothing to send, or that process fails. */
export async function putLoad(load: Load): Promise<LoadReport> {
  if (load.requests.length === 0) throw new RangeError('a load needs at least one request');
  const program = fork(fileURLToPath(new URL('./load-program.ts', import.meta.url)));
  program.send(load);
  const failed = once(program, 'exit').then(([code]) => {
    throw new Error(`the load ended with ${code} before it could tell of it`);
  });
  const [report] = (await Promise.race([once(program, 'message'), failed])) as [LoadReport];
  failed.catch(() => undefined);
  program.disconnect();
  return report;
}
