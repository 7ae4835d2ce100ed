import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** OWASP's least for Argon2id (RFC 9106): 19 MiB, two passes, one lane. */
const cost = { memorySize: 19_456, iterations: 2, parallelism: 1, hashLength: 32, outputType: 'encoded' };

// WebAssembly, as it is the same on every platform and needs no install script; as text, as it has to run from source and when built.
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { argon2id, argon2Verify } = require(workerData);
  parentPort.on('message', async ({ id, verify, options }) => {
    try {
      parentPort.postMessage({ id, result: await (verify ? argon2Verify : argon2id)(options) });
    } catch (error) {
      parentPort.postMessage({ id, error });
    }
  });
`;

interface Answer {
  id: number;
  result?: string | boolean;
  error?: Error;
}

let thread: Worker | undefined;
let jobs = 0;
const waiting = new Map<
  number,
  { resolve: (result: string | boolean) => void; reject: (error: Error) => void }
>();

/** A thread of its own, so that hashing holds up nobody; it starts when it is first needed. */
function startThread(): Worker {
  const worker = new Worker(program, {
    eval: true,
    workerData: createRequire(import.meta.url).resolve('hash-wasm'),
    execArgv: [],
  });
  worker.on('message', ({ id, result, error }: Answer) => settle(id, result, error));
  worker.once('error', (error: Error) => {
    thread = undefined;
    for (const id of waiting.keys()) settle(id, undefined, error);
  });
  return worker;
}

function settle(id: number, result: string | boolean | undefined, error: Error | undefined) {
  const job = waiting.get(id);
  waiting.delete(id);
  // A process that is done may end, though its thread waits for more.
  if (waiting.size === 0) thread?.unref();
  if (result === undefined) job?.reject(error ?? new Error('Argon2 gave nothing'));
  else job?.resolve(result);
}

function ask(job: { verify: boolean; options: object }): Promise<string | boolean> {
  thread ??= startThread();
  thread.ref();
  const id = ++jobs;
  const answered = new Promise<string | boolean>((resolve, reject) => waiting.set(id, { resolve, reject }));
  thread.postMessage({ id, ...job });
  return answered;
}

/** In the PHC string format. */
export const hash = async (password: string): Promise<string> =>
  String(await ask({ verify: false, options: { password, salt: randomBytes(16), ...cost } }));

export const verify = async (hash: string, password: string): Promise<boolean> =>
  (await ask({ verify: true, options: { hash, password } })) === true;
