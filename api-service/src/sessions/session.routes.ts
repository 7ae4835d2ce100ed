import { Router } from 'express';
import { endpoint, route, type About } from 'ct-common-lib/http';
import { sendDone } from '../http/done.ts';
import type { LimitLogins } from '../http/limit-logins.ts';
import { loginSchema, refreshTokenSchema, sessionSchema } from './session.schema.ts';
import type { SessionService } from './session.service.ts';

interface Deps {
  sessionService: SessionService;
  limitLogins: LimitLogins;
}

/** `/api/sessions`: log in, stay so, and log out. */
export function createSessionRouter({ sessionService, limitLogins }: Deps): Router {
  const router = Router();

  route(router, '/api/sessions', {
    post: endpoint(
      { body: loginSchema, about: about.logIn, repeatable: true },
      async ({ body, idempotencyKey }, res, req) => {
        await limitLogins(req, res, body.email);
        sendDone(req, res, 201, await sessionService.logIn(body, idempotencyKey));
      },
    ),
  });

  route(router, '/api/sessions/refresh', {
    post: endpoint(
      { body: refreshTokenSchema, about: about.refresh, repeatable: true },
      async ({ body: { refreshToken }, idempotencyKey }, res, req) =>
        sendDone(req, res, 200, await sessionService.refresh(refreshToken, idempotencyKey)),
    ),
  });

  route(router, '/api/sessions/logout', {
    post: endpoint(
      { body: refreshTokenSchema, about: about.logOut, repeatable: true },
      async ({ body: { refreshToken }, idempotencyKey }, res, req) =>
        sendDone(req, res, 204, await sessionService.logOut(refreshToken, idempotencyKey)),
    ),
  });

  return router;
}

const tag = 'Sessions';
const refreshToken = '6f1f6f0e-3b1a-4c56-9a51-1f4f0c3a2b19.Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg';
const answer = {
  body: sessionSchema,
  example: {
    accountId: '01a20151-b2c4-7210-9aee-e63e1c2ae5f4',
    accessToken: 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl',
    tokenType: 'Bearer',
    expiresIn: 900,
    refreshToken,
    refreshExpiresIn: 2_592_000,
  },
};

const about = {
  logIn: {
    id: 'createSession',
    summary: 'Log in',
    tag,
    example: { email: 'ada@shop.example', password: 'correct horse battery' },
    answer: { ...answer, status: 201, description: 'An access token, and one to refresh it.' },
    problems: { 401: ['CREDENTIALS_WRONG', 'CODE_MISSING', 'CODE_WRONG'], 403: ['ACCOUNT_DISABLED'] },
  },
  refresh: {
    id: 'refreshSession',
    summary: 'Get the next tokens of a session',
    tag,
    example: { refreshToken },
    answer: { ...answer, description: 'Both anew: the refresh token is good once.' },
    problems: { 401: ['REFRESH_TOKEN_INVALID', 'REFRESH_TOKEN_REUSED'] },
  },
  logOut: {
    id: 'endSession',
    summary: 'Log out',
    tag,
    example: { refreshToken },
    answer: { status: 204, description: 'The session has ended; its access token lasts for its minutes.' },
    problems: { 401: ['REFRESH_TOKEN_INVALID'] },
  },
} satisfies Record<string, About>;
