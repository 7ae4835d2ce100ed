import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface LoadRequest {
  method: 'GET' | 'POST' | 'PATCH';
  target: string;
  headers?: Record<string, string> | undefined;
  /** A JSON document. */
  body?: string | undefined;
}

/** In a header: one of the load's tokens stands here. */
export const tokenPlace = '\u0002';

export interface Load {
  port: number;
  /** Sent in turn, over and over; at least one. */
  requests: LoadRequest[];
  /** They take the place of {@link tokenPlace}, in turn. */
  tokens?: string[];
  /** Requests a second, whether or not the server keeps up. Unset: each connection sends when it has its answer. */
  rate?: number;
  /** At the most. */
  connections: number;
  seconds: number;
  /** Whether a connection that was refused stays away for as long as it was told to. Default: it does not. */
  honoursRetryAfter?: boolean;
  /** Default: only at the end. */
  tellEverySeconds?: number;
}

/** In ms. */
export interface Latencies {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

/** What became of the requests. */
export interface LoadReport {
  /** Answers by status, and by code where they are problems: `200`, `503 OVERLOADED`. */
  answers: Record<string, Latencies>;
  /** All of them. */
  all: Latencies;
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

/**
 * Puts load on a server, from a process of its own. Gives the last report, of the time since the one before, which `onReport`
 * was told; of all the time, if `tellEverySeconds` is not set. Throws if there is nothing to send, or that process fails.
 */
export async function putLoad(load: Load, onReport?: (report: LoadReport) => void): Promise<LoadReport> {
  if (load.requests.length === 0) throw new RangeError('a load needs at least one request');
  const program = fork(fileURLToPath(new URL('./load-program.ts', import.meta.url)));
  const done = new Promise<LoadReport>((resolve, reject) => {
    program.on('message', ({ report, isLast }: { report: LoadReport; isLast?: boolean }) =>
      isLast ? resolve(report) : onReport?.(report),
    );
    program.once('exit', (code) =>
      reject(new Error(`the load ended with ${code} before it could tell of it`)),
    );
  });
  program.send(load);
  try {
    return await done;
  } finally {
    if (program.connected) program.disconnect();
  }
}
