import { expect } from 'chai';
import { TOTP } from 'otpauth';
import type { Api } from '../support/api.ts';
import { newAccount, type Answer, type Problem } from '../support/http-client.ts';

export interface Account {
  id: string;
  email: string;
  emailVerified: boolean;
  role: string;
  disabled: boolean;
  secondFactor: boolean;
  version: number;
}

export interface Tokens {
  accountId: string;
  accessToken: string;
  refreshToken: string;
}

/** What somebody does who has no account yet. */
export function createPerson(api: Api) {
  const credentials = newAccount();
  const post = <T = Problem>(path: string, json: object, headers: Record<string, string> = {}) =>
    api.request<T>('POST', path, { json, token: null, headers });

  return {
    ...credentials,
    post,
    async register(): Promise<Account> {
      const { status, body } = await post<Account>('/api/accounts', credentials);
      expect(status).to.equal(201);
      return body;
    },
    tryLogin: (given: object = {}) => post('/api/sessions', { ...credentials, ...given }),
    async logIn(given: object = {}): Promise<Tokens> {
      const { status, body } = await post<Tokens>('/api/sessions', { ...credentials, ...given });
      expect(status, JSON.stringify(body)).to.equal(201);
      return body;
    },
    refresh: (refreshToken: string, headers: Record<string, string> = {}) =>
      post<Tokens & Problem>('/api/sessions/refresh', { refreshToken }, headers),
    logOut: (refreshToken: string) => post('/api/sessions/logout', { refreshToken }),
    /** As whoever has this token. */
    as: (token: string) => ({
      get: <T>(path: string) => api.request<T>('GET', path, { token }),
      post: <T>(path: string, json: object, headers: Record<string, string> = {}) =>
        api.request<T>('POST', path, { json, token, headers }),
      put: <T>(path: string, json: object) => api.request<T>('PUT', path, { json, token }),
      delete: (path: string) => api.request<Problem>('DELETE', path, { token }),
    }),
  };
}

export type Person = ReturnType<typeof createPerson>;

export const expectCode = ({ status, body }: Answer<unknown>, expected: number, code: string) =>
  expect({ status, code: (body as Problem | undefined)?.code }).to.deep.equal({ status: expected, code });

/** What an authenticator shows `steps` half minutes from now. */
export const codeOf = (uri: string, steps = 0) => {
  const { secret } = Object.fromEntries(new URL(uri).searchParams) as { secret: string };
  return new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });
};
