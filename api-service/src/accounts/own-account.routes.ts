import { Router } from 'express';
import { endpoint, route, sendRepresentation, type About, type Caller } from 'ct-common-lib/http';
import type { Scope } from '../auth/scopes.ts';
import { sendDone } from '../http/done.ts';
import { id } from '../http/fields.ts';
import type { LimitLogins } from '../http/limit-logins.ts';
import { accountNotFound } from './account.errors.ts';
import { representAccount } from './account.representation.ts';
import {
  accountExample,
  accountRemovalSchema,
  accountSchema,
  emailVerificationSchema,
  passwordChangeSchema,
  passwordResetRequestSchema,
  passwordResetSchema,
} from './account.schema.ts';
import type { AccountService } from './account.service.ts';
import {
  confirmationSchema,
  recoveryCodesSchema,
  removalSchema,
  secondFactorSchema,
  shownSecretSchema,
} from './second-factor.schema.ts';
import type { SecondFactorService } from './second-factor.service.ts';

interface Deps {
  accountService: AccountService;
  secondFactorService: SecondFactorService;
  limitLogins: LimitLogins;
}

/** What people do with their own account: all below `/api/account`, and what the links of mails lead to. */
export function createOwnAccountRouter({ accountService, secondFactorService, limitLogins }: Deps): Router {
  const router = Router();

  route(router, '/api/account', {
    get: endpoint({ scope, about: about.get }, async ({ caller }, res, req) => {
      sendRepresentation(req, res, representAccount(await accountService.get(idOf(caller))));
    }),
  });

  route(router, '/api/account/removal', {
    post: endpoint(
      { body: accountRemovalSchema, scope, about: about.remove, repeatable: true },
      async ({ body, caller, idempotencyKey }, res, req) => {
        await limitLogins(req, res, idOf(caller));
        const done = await accountService.removeOwn(idOf(caller), body, caller.id, idempotencyKey);
        sendDone(req, res, 204, done);
      },
    ),
  });

  route(router, '/api/account/password', {
    put: endpoint(
      { body: passwordChangeSchema, scope, about: about.changePassword, guarded: true },
      async ({ body, caller, versions }, res, req) => {
        await limitLogins(req, res, idOf(caller));
        await accountService.changePassword(idOf(caller), body, versions);
        res.status(204).end();
      },
    ),
  });

  route(router, '/api/account/second-factor', {
    post: endpoint(
      { body: secondFactorSchema, scope, about: about.setUp, repeatable: true },
      async ({ body, caller, idempotencyKey }, res, req) => {
        await limitLogins(req, res, idOf(caller));
        const done = await secondFactorService.setUp(idOf(caller), body, caller.id, idempotencyKey);
        sendDone(req, res, 201, done);
      },
    ),
  });

  route(router, '/api/account/second-factor/confirmation', {
    post: endpoint(
      { body: confirmationSchema, scope, about: about.confirm, repeatable: true },
      async ({ body, caller, idempotencyKey }, res, req) => {
        await limitLogins(req, res, idOf(caller));
        const done = await secondFactorService.confirm(idOf(caller), body, caller.id, idempotencyKey);
        sendDone(req, res, 200, done);
      },
    ),
  });

  route(router, '/api/account/second-factor/removal', {
    post: endpoint(
      { body: removalSchema, scope, about: about.removeFactor, repeatable: true },
      async ({ body, caller, idempotencyKey }, res, req) => {
        await limitLogins(req, res, idOf(caller));
        const done = await secondFactorService.remove(idOf(caller), body, caller.id, idempotencyKey);
        sendDone(req, res, 204, done);
      },
    ),
  });

  route(router, '/api/account/verification-mail', {
    post: endpoint(
      { scope, about: about.sendVerification, repeatable: true },
      async ({ caller, idempotencyKey }, res, req) => {
        await limitLogins(req, res, idOf(caller));
        const done = await accountService.sendVerification(idOf(caller), caller.id, idempotencyKey);
        sendDone(req, res, 204, done);
      },
    ),
  });

  route(router, '/api/email-verification', {
    put: endpoint(
      { body: emailVerificationSchema, about: about.verifyEmail },
      async ({ body: { token } }, res, req) => {
        await limitLogins(req, res);
        await accountService.verifyEmail(token);
        res.status(204).end();
      },
    ),
  });

  route(router, '/api/password-reset', {
    post: endpoint(
      { body: passwordResetRequestSchema, about: about.requestReset, repeatable: true },
      async ({ body: { email }, idempotencyKey }, res, req) => {
        await limitLogins(req, res, email);
        sendDone(req, res, 204, await accountService.requestPasswordReset(email, idempotencyKey));
      },
    ),
    put: endpoint({ body: passwordResetSchema, about: about.reset }, async ({ body }, res, req) => {
      await limitLogins(req, res);
      await accountService.resetPassword(body);
      res.status(204).end();
    }),
  });

  return router;
}

/** A token of somebody without an account here has a subject, too. */
function idOf({ subject = '' }: Caller): string {
  if (!id.safeParse(subject).success) throw accountNotFound(subject);
  return subject;
}

const scope = 'account' satisfies Scope;
const tag = 'Accounts';
const password = 'correct horse battery';
const missing = { 404: ['ACCOUNT_NOT_FOUND'] };

const about = {
  get: {
    id: 'getAccount',
    summary: 'Get your account',
    tag,
    answer: { description: 'The account.', body: accountSchema, example: accountExample, tagged: true },
    problems: missing,
  },
  remove: {
    id: 'deleteAccount',
    summary: 'Delete your account; your reviews stay unless you delete them first',
    tag,
    example: { password },
    answer: { status: 204, description: 'It is gone.' },
    problems: { 400: ['PASSWORD_WRONG'], 409: ['LAST_ADMIN'], ...missing },
  },
  changePassword: {
    id: 'changePassword',
    summary: 'Change your password, which ends all sessions',
    tag,
    example: { currentPassword: password, newPassword: 'incorrect horse battery' },
    answer: { status: 204, description: 'It is changed: log in again.' },
    problems: { 400: ['PASSWORD_WRONG'], ...missing },
  },
  setUp: {
    id: 'setUpSecondFactor',
    summary: 'Set up a second factor (RFC 6238), to be confirmed by its first code',
    tag,
    example: { password },
    answer: {
      status: 201,
      description: 'For your authenticator.',
      body: shownSecretSchema,
      example: {
        secret: 'MFXCAZLYMFWXA3DFEBXW43DZEEQSCIJB',
        uri: 'otpauth://totp/CT%20Reviews:ada%40shop.example?issuer=CT%20Reviews&secret=MFXCAZLYMFWXA3DFEBXW43DZEEQSCIJB&algorithm=SHA1&digits=6&period=30',
      },
    },
    problems: { 400: ['PASSWORD_WRONG'], 409: ['SECOND_FACTOR_ON', 'EMAIL_UNVERIFIED'], ...missing },
  },
  confirm: {
    id: 'confirmSecondFactor',
    summary: 'Confirm the second factor: from now on a login takes a code',
    tag,
    example: { code: '123456' },
    answer: {
      description: 'For when the authenticator is lost.',
      body: recoveryCodesSchema,
      example: { recoveryCodes: ['k7m2-x9qd-4tfb-aaaa', 'p3wz-8hcn-6rvj-bbbb'] },
    },
    problems: { 400: ['CODE_WRONG'], 409: ['SECOND_FACTOR_ON', 'SECOND_FACTOR_OFF'], ...missing },
  },
  removeFactor: {
    id: 'removeSecondFactor',
    summary: 'Remove the second factor',
    tag,
    example: { password, code: '123456' },
    answer: { status: 204, description: 'A login takes the password alone.' },
    problems: { 400: ['PASSWORD_WRONG', 'CODE_WRONG'], 409: ['SECOND_FACTOR_OFF'], ...missing },
  },
  sendVerification: {
    id: 'sendVerificationMail',
    summary: 'Send the mail that confirms your e-mail address once more',
    tag,
    answer: {
      status: 204,
      description:
        'It is on its way, unless the address is confirmed already, or the last one went within five minutes, or ten did within a day.',
    },
    problems: missing,
  },
  verifyEmail: {
    id: 'verifyEmail',
    summary: 'Confirm an e-mail address by the link of a mail',
    tag,
    example: { token: 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl' },
    answer: { status: 204, description: 'It is confirmed.' },
    problems: { 400: ['LINK_INVALID'] },
  },
  requestReset: {
    id: 'requestPasswordReset',
    summary: 'Ask for a mail by which to choose a new password',
    tag,
    example: { email: 'ada@shop.example' },
    answer: {
      status: 204,
      description:
        'It is on its way, if there is such an account, unless the last one went within five minutes, or ten did within a day.',
    },
  },
  reset: {
    id: 'resetPassword',
    summary: 'Choose a new password by the link of a mail, which ends all sessions',
    tag,
    example: { token: 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl', newPassword: password },
    answer: { status: 204, description: 'It is changed: log in.' },
    problems: { 400: ['LINK_INVALID'] },
  },
} satisfies Record<string, About>;
