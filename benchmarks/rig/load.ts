import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tokenPlace } from '../../test/support/load.ts';

export interface LoadRequest {
  /** Default GET. */
  method?: 'GET' | 'POST' | 'PATCH';
  path: string;
  headers?: Record<string, string>;
  /** A JSON document. */
  body?: string;
}

export interface Load {
  port: number;
  /** Sent in turn, over and over. */
  requests: LoadRequest[];
  /** They take the place of {@link tokenPlace}, in turn. */
  tokens?: string[];
  seconds: number;
  /** Default 32. */
  connections?: number;
  /** Whether each request is to be sent once: throws if they do not last. Default: they are sent over and over. */
  once?: boolean;
}

/** Latencies in ms. */
export interface LoadReport {
  requestsPerSecond: number;
  requests: number;
  p50: number;
  p99: number;
}

export type LoadResult = LoadReport & { errors: number };

/**
 * Has wrk, or autocannon where that is not installed, send requests over keep-alive connections as fast as they are
 * answered. Throws if one of them was not answered, or with a status above 399: errors are quick, but nobody's figure.
 */
export async function putLoad(load: Load, folder: string): Promise<LoadReport> {
  if (load.requests.length === 0) throw new RangeError('a load needs at least one request');
  const { errors, ...report } = (await hasWrk()) ? await runWrk(load, folder) : await runAutocannon(load);
  if (errors > 0) throw new Error(`${errors} of ${report.requests} requests failed`);
  if (load.once && report.requests > load.requests.length)
    throw new Error(`${report.requests} requests were sent, but there were only ${load.requests.length}`);
  return report;
}

const generators = new Set<ChildProcess>();
process.once('exit', () => {
  for (const generator of generators) generator.kill('SIGKILL');
});

/** However this process ends, it does not go on. */
function endWithThis(generator: ChildProcess): void {
  generators.add(generator);
  generator.once('exit', () => generators.delete(generator));
}

let wrk: Promise<boolean> | undefined;

/** The program that puts the load on. */
export const hasWrk = () =>
  (wrk ??= promisify(execFile)('sh', ['-c', 'command -v wrk']).then(
    () => true,
    () => false,
  ));

async function runWrk(
  { port, requests, tokens = [], seconds, connections = 32 }: Load,
  folder: string,
): Promise<LoadResult> {
  const messages = join(folder, 'requests');
  await writeFile(messages, requests.map(messageOf).join('\n'));
  const tokensFile = join(folder, 'tokens');
  await writeFile(tokensFile, tokens.join('\n'));
  const script = fileURLToPath(new URL('./wrk.lua', import.meta.url));
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script];
  const running = promisify(execFile)('wrk', [...options, `http://127.0.0.1:${port}`, messages, tokensFile], {
    timeout: (seconds + 60) * 1000,
  });
  endWithThis(running.child);
  const { stdout } = await running;
  const result = /^RESULT (.*)$/m.exec(stdout)?.[1];
  if (!result) throw new Error(`wrk says nothing of its result:\n${stdout}`);
  return JSON.parse(result) as LoadResult;
}

/** One request as it goes over the wire, on one line: \u0001 stands for the end of each of its own. */
function messageOf({ method = 'GET', path, headers = {}, body }: LoadRequest): string {
  const all = {
    Host: '127.0.0.1',
    ...headers,
    ...(body !== undefined && {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
    }),
  };
  const head = [
    `${method} ${path} HTTP/1.1`,
    ...Object.entries(all).map(([name, value]) => `${name}: ${value}`),
  ];
  return [...head, '', body ?? ''].join('\u0001');
}

async function runAutocannon(load: Load): Promise<LoadResult> {
  const program = fork(fileURLToPath(new URL('./autocannon.mjs', import.meta.url)));
  endWithThis(program);
  program.send({ connections: 32, tokenPlace, ...load });
  const failed = once(program, 'exit').then(([code]) => {
    throw new Error(`autocannon ended with ${code}`);
  });
  const [result] = (await Promise.race([once(program, 'message'), failed])) as [LoadResult];
  failed.catch(() => undefined);
  return result;
}
