import { assertDescribed } from './contract.ts';

/** An answer; `body` is parsed if it is JSON of any kind, and undefined if it is empty. */
export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface RequestOptions {
  /** Sent as application/json. */
  json?: unknown;
  /** Sent as it is. */
  body?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
  /** Default: the client's own; null: none. */
  token?: string | null;
}

export interface Rated {
  averageRating: number | null;
  reviewCount: number;
  ratingDistribution: Record<1 | 2 | 3 | 4 | 5, number>;
}

export interface Product extends Rated {
  id: string;
  sku: string;
  name: string;
  description: string | null;
  brand: string | null;
  price: string | null;
  currency: string | null;
  version: number;
  createdAt: string;
  updatedAt: string;
}

export interface Rating extends Rated {
  productId: string;
  bayesianAverage: number;
  version: number;
  updatedAt: string | null;
}

export interface Review {
  id: string;
  productId: string;
  rating: number;
  title: string | null;
  text: string | null;
  author: { id: string | null; name: string | null };
  status: string;
  version: number;
  createdAt: string;
  updatedAt: string;
}

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  errors?: { pointer: string; detail: string }[];
}

/** The API as a shop calls it. `newToken` gives the token of each request; default: none. */
export function createHttpClient(baseUrl: string, newToken?: () => Promise<string>) {
  async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const { json, body = json === undefined ? null : JSON.stringify(json), headers = {} } = options;
    const token = options.token === undefined ? await newToken?.() : options.token;
    const authorization = token ? { Authorization: `Bearer ${token}` } : undefined;
    const contentType = json === undefined ? undefined : { 'Content-Type': 'application/json' };
    const response = await fetch(baseUrl + path, {
      method,
      body,
      headers: { ...contentType, ...authorization, ...headers },
    }).catch((cause: Error) => {
      // fetch itself says neither what was asked nor why it failed.
      const reason = cause.cause instanceof Error ? cause.cause.message : cause.message;
      throw new Error(`${method} ${path}: ${reason}`, { cause });
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const answer = {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : isJson ? JSON.parse(text) : text) as T,
    };
    assertDescribed(method, path, answer);
    return answer;
  }

  /** The body of an answer that must have this status. */
  async function expectStatus<T>(status: number, answer: Promise<Answer<T>>): Promise<T> {
    const { status: actual, body } = await answer;
    if (actual !== status) throw new Error(`${actual} instead of ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  const get = <T>(path: string, headers: Record<string, string> = {}) => request<T>('GET', path, { headers });

  return {
    baseUrl,
    request,
    get,
    post: <T>(path: string, json: unknown) => request<T>('POST', path, { json }),
    put: <T>(path: string, json: unknown) => request<T>('PUT', path, { json }),
    patch: <T>(path: string, json: unknown) => request<T>('PATCH', path, { json }),
    delete: (path: string) => request('DELETE', path),

    createProduct: (given: object = {}) =>
      expectStatus(201, request<Product>('POST', '/api/products', { json: newProduct(given) })),
    createReview: (productId: string, given: object = {}) =>
      expectStatus(201, request<Review>('POST', '/api/reviews', { json: newReview(productId, given) })),
    product: (id: string) => expectStatus(200, get<Product>(`/api/products/${id}`)),
    review: (id: string) => expectStatus(200, get<Review>(`/api/reviews/${id}`)),
    page: <T>(path: string) => expectStatus(200, get<Page<T>>(path)),
  };
}

export type HttpClient = ReturnType<typeof createHttpClient>;

let products = 0;

/** A body for POST and PUT of a product, with a sku of its own. */
export const newProduct = (given: object = {}) => ({
  sku: `SKU-${++products}`,
  name: 'Coffee grinder',
  ...given,
});

/** A body for POST of a review. */
export const newReview = (productId: string, given: object = {}) => ({
  productId,
  rating: 5,
  title: 'Fine',
  text: 'Grinds evenly.',
  authorName: 'Ada',
  ...given,
});

let accounts = 0;

export const password = 'correct horse battery';

/** A body for POST of an account, with an address of its own. */
export const newAccount = (given: object = {}) => ({
  email: `somebody-${process.pid}-${++accounts}@shop.example`,
  password,
  ...given,
});

/** A body for POST of an API key. */
export const newApiKey = (given: object = {}) => ({ name: 'Shop', scopes: ['reviews:write'], ...given });
