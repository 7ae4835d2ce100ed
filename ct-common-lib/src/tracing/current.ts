import { AsyncLocalStorage } from 'node:async_hooks';

/** The request that something is done for, as the log names it. */
export interface TracedRequest {
  requestId: string | undefined;
  traceId: string;
  spanId: string;
  /** For whatever goes on with its trace; undefined: the trace is not recorded. */
  traceparent: string | undefined;
}

/** Made by the first traced request: on Node.js 20 and 22 its mere use makes every promise of the process dearer. */
let storage: AsyncLocalStorage<TracedRequest> | undefined;

/** Undefined while nothing is traced, and outside of requests. */
export const currentRequest = (): TracedRequest | undefined => storage?.getStore();

/** W3C's `traceparent` of the request that this is done for, if that is recorded. */
export const currentTraceparent = (): string | undefined => storage?.getStore()?.traceparent;

export function runForRequest<T>(request: TracedRequest, work: () => T): T {
  storage ??= new AsyncLocalStorage();
  return storage.run(request, work);
}
