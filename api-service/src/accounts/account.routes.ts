import { Router } from 'express';
import { endpoint, route, sendPage, sendRepresentation, type About } from 'ct-common-lib/http';
import type { Scope } from '../auth/scopes.ts';
import { sendCreated } from '../http/done.ts';
import { idParamsOf, pageExample } from '../http/fields.ts';
import type { LimitLogins } from '../http/limit-logins.ts';
import type { AccountRepository } from './account.repository.ts';
import { representAccount } from './account.representation.ts';
import {
  accountExample,
  accountPageSchema,
  accountPatchSchema,
  accountQuerySchema,
  accountSchema,
  newAccountSchema,
} from './account.schema.ts';
import type { AccountService } from './account.service.ts';

interface Deps {
  accounts: AccountRepository;
  accountService: AccountService;
  limitLogins: LimitLogins;
}

/** `/api/accounts`: registration, and what admins do with the accounts of others. */
export function createAccountRouter({ accounts, accountService, limitLogins }: Deps): Router {
  const router = Router();

  route(router, '/api/accounts', {
    post: endpoint(
      { body: newAccountSchema, about: about.register, repeatable: true },
      async ({ body, idempotencyKey }, res, req) => {
        await limitLogins(req, res);
        sendCreated(req, res, '/api/accounts', await accountService.register(body, idempotencyKey));
      },
    ),
    get: endpoint({ query: accountQuerySchema, scope, about: about.list }, async ({ query }, res, req) => {
      const { ids, nextCursor } = await accounts.listIds(query);
      sendPage(req, res, { items: await accounts.findMany(ids), nextCursor });
    }),
  });

  route(router, '/api/accounts/:id', {
    get: endpoint({ params: idParams, scope, about: about.get }, async ({ params: { id } }, res, req) => {
      sendRepresentation(req, res, representAccount(await accountService.get(id)));
    }),
    patch: endpoint(
      { params: idParams, body: accountPatchSchema, scope, about: about.patch, guarded: true },
      async ({ params: { id }, body, versions }, res, req) => {
        const account = await accountService.update(id, body, versions);
        sendRepresentation(req, res, representAccount(account));
      },
    ),
    delete: endpoint(
      { params: idParams, scope, about: about.remove, guarded: true },
      async ({ params: { id }, versions }, res) => {
        await accountService.remove(id, versions);
        res.status(204).end();
      },
    ),
  });

  return router;
}

const idParams = idParamsOf('`POST` or `GET /api/accounts`');
const scope = 'accounts:manage' satisfies Scope;
const tag = 'Accounts';
const answer = { description: 'The account.', body: accountSchema, example: accountExample, tagged: true };

const about = {
  register: {
    id: 'createAccount',
    summary: 'Register',
    tag,
    example: { email: 'ada@shop.example', password: 'correct horse battery' },
    answer: {
      status: 201,
      description:
        'The account. A mail with a link is on its way, to confirm the address; without `SMTP_URL` the link is in the log.',
      body: accountSchema,
      example: accountExample,
      tagged: true,
      headers: ['Location'],
    },
    problems: { 409: ['EMAIL_TAKEN'] },
  },
  list: {
    id: 'listAccounts',
    summary: 'List the accounts, the newest first',
    tag,
    answer: {
      description: 'A page of accounts.',
      body: accountPageSchema,
      example: pageExample(accountExample),
      tagged: true,
      headers: ['Link'],
    },
    problems: { 400: ['CURSOR_INVALID'] },
  },
  get: {
    id: 'getAccountById',
    summary: 'Get an account',
    tag,
    answer,
    problems: { 404: ['ACCOUNT_NOT_FOUND'] },
  },
  patch: {
    id: 'patchAccount',
    summary: 'Give an account another role, disable or enable it',
    tag,
    example: { role: 'moderator' },
    answer,
    problems: { 404: ['ACCOUNT_NOT_FOUND'], 409: ['LAST_ADMIN'] },
  },
  remove: {
    id: 'deleteAccountById',
    summary: 'Delete an account; its reviews stay',
    tag,
    answer: { status: 204, description: 'It is gone.' },
    problems: { 404: ['ACCOUNT_NOT_FOUND'], 409: ['LAST_ADMIN'] },
  },
} satisfies Record<string, About>;
