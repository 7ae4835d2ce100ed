import { routes, type components, type operations } from './api.ts';

export type OperationId = keyof typeof routes;

type Route = readonly [method: string, template: string, needed?: 'token'];

type Json<Content> = Content extends { content: { 'application/json': infer Body } } ? Body : undefined;
type Responses<Id extends OperationId> = operations[Id]['responses'];

/** The body of an answer that is as it should be. */
export type Data<Id extends OperationId> = Json<Responses<Id>[Extract<keyof Responses<Id>, 200 | 201 | 204>]>;

type RequestBody<Id extends OperationId> = operations[Id] extends { requestBody: infer Body }
  ? { body: Json<Body> }
  : { body?: undefined };
type PathOf<Id extends OperationId> = operations[Id]['parameters'] extends { path: infer Path }
  ? { path: Path }
  : { path?: undefined };
type QueryOf<Id extends OperationId> = operations[Id]['parameters'] extends { query: infer Query }
  ? { query: Query }
  : { query?: operations[Id]['parameters']['query'] };

/** What an operation is asked with: the parts that it needs, and those that it may have. */
export type Input<Id extends OperationId> = PathOf<Id> &
  QueryOf<Id> &
  RequestBody<Id> & {
    /** `If-Match`, `If-None-Match`, or an `Idempotency-Key` in place of a new one. */
    headers?: operations[Id]['parameters']['header'];
    /** Aborts also the pauses between tries. */
    signal?: AbortSignal;
  };

type Arguments<Id extends OperationId> = object extends Input<Id> ? [input?: Input<Id>] : [input: Input<Id>];

export interface Answer<Body> {
  /** 304 where the client has it already, by `If-None-Match`: then there is no data. */
  status: number;
  /** `etag`, `location`, `idempotency-replayed` and others. */
  headers: Headers;
  data: Body;
}

/** The operations whose answers are pages. */
export type ListId = {
  [Id in OperationId]: Data<Id> extends { data: unknown[]; nextCursor: string | null } ? Id : never;
}[OperationId];

type ItemOf<Id extends ListId> = Data<Id> extends { data: (infer Item)[] } ? Item : never;

export interface ClientOptions {
  /** Where the API is: `https://reviews.example`, or below a path, `https://shop.example/reviews`. */
  baseUrl: string;
  /** A token or an API key, for what takes one; a function is asked before each try. Default: none. */
  token?: string | (() => string | Promise<string>);
  /** How often a request is sent again that may be. Default 4. */
  retries?: number;
  /** How long a try may take. Default 20,000. */
  timeoutMs?: number;
  /** Default: the global one. */
  fetch?: typeof fetch;
}

/** What the API answers when something is wrong (RFC 9457). */
export type Problem = components['schemas']['Problem'];

/** An answer that is a problem. `problem.code` is what a program goes by. */
export class ApiError extends Error {
  readonly problem: Problem;
  readonly headers: Headers;

  constructor(problem: Problem, headers: Headers) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
    this.name = 'ApiError';
    this.problem = problem;
    this.headers = headers;
  }
}

const longestPauseMs = 30_000;

/** Those that promise that nothing was written. */
const nothingDone = new Set([
  'DATABASE_UNAVAILABLE',
  'IDENTITY_PROVIDER_UNAVAILABLE',
  'OVERLOADED',
  'STARTING',
  'TOO_MANY_REQUESTS',
]);

/**
 * A client with a method for each operation of the API, named as in its OpenAPI document. A method throws {@link ApiError} for
 * an answer that is a problem, what `fetch` throws where there is none, what `token` throws, and the reason of an abort.
 *
 * What was refused for now (429, 503) is sent again when `Retry-After` says, up to `retries` times; not where that is more than
 * 30 s away, nor a PUT, PATCH or DELETE unless the API itself says that nothing was written. So is, where nobody knows whether
 * it was done, a read, and a POST: each goes with an `Idempotency-Key` of its own, so that it is done once however often it is sent.
 */
export function createClient({
  baseUrl,
  token,
  retries = 4,
  timeoutMs = 20_000,
  fetch: send = fetch,
}: ClientOptions) {
  async function call<Id extends OperationId>(
    id: Id,
    input: Partial<Input<Id>> = {},
  ): Promise<Answer<Data<Id>>> {
    const [method, template, needed] = routes[id] as Route;
    const { path, query, body, headers, signal } = input;
    const url = new URL(baseUrl.replace(/\/+$/, '') + fill(template, path ?? {}));
    const parameters: Record<string, string | undefined> = { ...(query as object | undefined) };
    for (const [name, value] of Object.entries(parameters))
      if (value !== undefined) url.searchParams.set(name, value);
    const sent = {
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(method === 'POST' && { 'Idempotency-Key': crypto.randomUUID() }),
      ...headers,
    };
    const isRepeatable = method === 'GET' || method === 'POST';

    for (let tries = 0; ; tries++) {
      const authorization = needed && token && `Bearer ${typeof token === 'string' ? token : await token()}`;
      const limit = AbortSignal.timeout(timeoutMs);
      try {
        const response = await send(url, {
          method,
          headers: { ...sent, ...(authorization && { Authorization: authorization }) },
          body: body === undefined ? null : JSON.stringify(body),
          signal: signal ? AbortSignal.any([signal, limit]) : limit,
        });
        const answer = await read<Data<Id>>(response);
        if (!isProblem(answer)) return answer;
        throw new ApiError(answer.data, answer.headers);
      } catch (error) {
        signal?.throwIfAborted();
        const mayRepeat = error instanceof ApiError ? isForNow(error, isRepeatable) : isRepeatable;
        const ms = pauseMs(error, tries);
        if (!mayRepeat || tries >= retries || ms > longestPauseMs) throw error;
        await pause(ms, signal);
      }
    }
  }

  /** All items of a list, page by page, as they are asked for. No page is conditional, as one that is not sent has no items. */
  async function* each<Id extends ListId>(
    id: Id,
    input: Partial<Omit<Input<Id>, 'headers'>> = {},
  ): AsyncGenerator<ItemOf<Id>> {
    let cursor: string | null | undefined;
    do {
      const query = { ...(input.query as object | undefined), ...(cursor && { cursor }) };
      const { data } = await call(id, { ...input, query, headers: {} } as Partial<Input<Id>>);
      const page = data as { data: ItemOf<Id>[]; nextCursor: string | null };
      yield* page.data;
      cursor = page.nextCursor;
    } while (cursor);
  }

  const methods = Object.fromEntries(
    (Object.keys(routes) as OperationId[]).map((id) => [
      id,
      (input?: Partial<Input<OperationId>>) => call(id, input),
    ]),
  );
  return { ...(methods as unknown as Methods), each };
}

type Methods = { [Id in OperationId]: (...args: Arguments<Id>) => Promise<Answer<Data<Id>>> };

export type Client = ReturnType<typeof createClient>;

/** Rejects with the reason of an abort. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

function fill(template: string, values: object): string {
  return template.replaceAll(/\{(\w+)\}/g, (_place, name: string) =>
    encodeURIComponent(String((values as Record<string, unknown>)[name])),
  );
}

async function read<Body>(response: Response): Promise<Answer<Body>> {
  const { status, headers } = response;
  const text = await response.text();
  const isJson = headers.get('content-type')?.includes('json') ?? false;
  return { status, headers, data: (text === '' ? undefined : isJson ? JSON.parse(text) : text) as Body };
}

/** Also what somebody in between answers, such as a proxy, as far as it can be told. */
function isProblem(answer: Answer<unknown>): answer is Answer<Problem> {
  if (answer.status < 400) return false;
  const { status, data } = answer;
  if (typeof (data as Partial<Problem> | undefined)?.code !== 'string')
    answer.data = {
      type: 'about:blank',
      title: '',
      status,
      detail: `answered with ${status}`,
      code: `HTTP_${status}`,
    };
  return true;
}

/** Whether the same request may do better soon, and does no harm. */
function isForNow({ problem: { status, code } }: ApiError, isRepeatable: boolean): boolean {
  // Not by the status alone: a proxy that has lost the API answers 503, too, and knows nothing of what was done.
  if (!isRepeatable) return nothingDone.has(code);
  return code === 'REQUEST_IN_PROGRESS' || [429, 502, 503, 504].includes(status);
}

/** As long as the answer says, else twice as long each time from 0.2 s, ± 20 %. */
function pauseMs(error: unknown, tries: number): number {
  const told = error instanceof ApiError ? toldMs(error.headers) : 0;
  if (told > 0) return told;
  return Math.min(200 * 2 ** tries * (0.8 + 0.4 * Math.random()), longestPauseMs);
}

/** `Retry-After` in seconds or as a date, which is one of the server's clock; 0: it says nothing. */
function toldMs(headers: Headers): number {
  const told = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(told)) return Number(told) * 1000;
  const now = Date.parse(headers.get('date') ?? '') || Date.now();
  return Date.parse(told) - now || 0;
}
