import { newAccount, newApiKey, newProduct, newReview, password } from './http-client.ts';

/** An endpoint by its path, in which `:id` stands for an id, with a body and a query that are right. */
export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** What is not found where nothing has the id. */
  code?: 'PRODUCT_NOT_FOUND' | 'REVIEW_NOT_FOUND' | 'ACCOUNT_NOT_FOUND' | 'KEY_NOT_FOUND';
  query?: Record<string, string>;
  body?: (productId: string) => object;
}

/** No row ever has this id. */
export const unknownId = '01890000-0000-7000-8000-000000000000';

const productQuery = { limit: '5', sort: 'name', q: 'grinder', brand: 'Mahlwerk', minRating: '4' };

/** Every endpoint of the service. */
export const endpoints: Endpoint[] = [
  { method: 'POST', path: '/api/products', body: () => newProduct() },
  { method: 'GET', path: '/api/products', query: productQuery },
  { method: 'GET', path: '/api/products/:id', code: 'PRODUCT_NOT_FOUND' },
  { method: 'PUT', path: '/api/products/:id', code: 'PRODUCT_NOT_FOUND', body: () => newProduct() },
  { method: 'PATCH', path: '/api/products/:id', code: 'PRODUCT_NOT_FOUND', body: () => ({ name: 'New' }) },
  { method: 'DELETE', path: '/api/products/:id', code: 'PRODUCT_NOT_FOUND' },
  {
    method: 'GET',
    path: '/api/products/:id/reviews',
    code: 'PRODUCT_NOT_FOUND',
    query: { limit: '5', sort: 'rating', rating: '4,5' },
  },
  { method: 'GET', path: '/api/products/:id/rating', code: 'PRODUCT_NOT_FOUND' },
  { method: 'GET', path: '/api/ratings', query: { productIds: unknownId } },
  { method: 'POST', path: '/api/reviews', body: (productId) => newReview(productId) },
  { method: 'GET', path: '/api/reviews/:id', code: 'REVIEW_NOT_FOUND' },
  { method: 'PUT', path: '/api/reviews/:id', code: 'REVIEW_NOT_FOUND', body: () => ({ rating: 4 }) },
  { method: 'PATCH', path: '/api/reviews/:id', code: 'REVIEW_NOT_FOUND', body: () => ({ rating: 4 }) },
  { method: 'DELETE', path: '/api/reviews/:id', code: 'REVIEW_NOT_FOUND' },
  { method: 'POST', path: '/api/accounts', body: () => newAccount() },
  { method: 'GET', path: '/api/accounts', query: { limit: '5' } },
  { method: 'GET', path: '/api/accounts/:id', code: 'ACCOUNT_NOT_FOUND' },
  {
    method: 'PATCH',
    path: '/api/accounts/:id',
    code: 'ACCOUNT_NOT_FOUND',
    body: () => ({ role: 'moderator' }),
  },
  { method: 'DELETE', path: '/api/accounts/:id', code: 'ACCOUNT_NOT_FOUND' },
  { method: 'GET', path: '/api/account' },
  { method: 'POST', path: '/api/account/removal', body: () => ({ password }) },
  {
    method: 'PUT',
    path: '/api/account/password',
    body: () => ({ currentPassword: password, newPassword: `another ${password}` }),
  },
  { method: 'POST', path: '/api/account/second-factor', body: () => ({ password }) },
  { method: 'POST', path: '/api/account/second-factor/confirmation', body: () => ({ code: '123456' }) },
  { method: 'POST', path: '/api/account/second-factor/removal', body: () => ({ password, code: '123456' }) },
  { method: 'POST', path: '/api/account/verification-mail' },
  { method: 'PUT', path: '/api/email-verification', body: () => ({ token: 'of-no-mail' }) },
  { method: 'POST', path: '/api/password-reset', body: () => ({ email: newAccount().email }) },
  {
    method: 'PUT',
    path: '/api/password-reset',
    body: () => ({ token: 'of-no-mail', newPassword: password }),
  },
  { method: 'POST', path: '/api/sessions', body: () => newAccount() },
  { method: 'POST', path: '/api/sessions/refresh', body: () => ({ refreshToken: 'none' }) },
  { method: 'POST', path: '/api/sessions/logout', body: () => ({ refreshToken: 'none' }) },
  { method: 'GET', path: '/.well-known/jwks.json' },
  { method: 'POST', path: '/api/keys', body: () => newApiKey() },
  { method: 'GET', path: '/api/keys', query: { limit: '5' } },
  { method: 'GET', path: '/api/keys/:id', code: 'KEY_NOT_FOUND' },
  { method: 'DELETE', path: '/api/keys/:id', code: 'KEY_NOT_FOUND' },
  { method: 'GET', path: '/health/live' },
  { method: 'GET', path: '/health/ready' },
  { method: 'GET', path: '/metrics' },
  { method: 'GET', path: '/openapi.json' },
];

export const title = ({ method, path }: Endpoint) => `${method} ${path}`;

/** The endpoint's path with this id, and its query with `changes`. */
export function urlOf({ path, query }: Endpoint, id: string, changes: Record<string, string> = {}): string {
  const search = new URLSearchParams({ ...query, ...changes }).toString();
  return path.replace(':id', id) + (search && `?${search}`);
}
