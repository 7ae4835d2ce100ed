import { Router } from 'express';
import { endpoint, route, sendPage, sendRepresentation, type About } from 'ct-common-lib/http';
import type { Scope } from '../auth/scopes.ts';
import { sendCreated } from '../http/done.ts';
import { idParamsOf, pageExample } from '../http/fields.ts';
import type { ApiKeyRepository } from './api-key.repository.ts';
import {
  apiKeyPageSchema,
  apiKeyQuerySchema,
  apiKeySchema,
  createdApiKeySchema,
  newApiKeySchema,
} from './api-key.schema.ts';
import { keyNotFound, type ApiKeyService } from './api-key.service.ts';

interface Deps {
  keys: ApiKeyRepository;
  keyService: ApiKeyService;
}

/** `/api/keys`: what programs write with. */
export function createApiKeyRouter({ keys, keyService }: Deps): Router {
  const router = Router();

  route(router, '/api/keys', {
    post: endpoint(
      { body: newApiKeySchema, scope, about: about.create, repeatable: true },
      async ({ body, caller, idempotencyKey }, res, req) =>
        sendCreated(req, res, '/api/keys', await keyService.create(body, caller, idempotencyKey)),
    ),
    get: endpoint({ query: apiKeyQuerySchema, scope, about: about.list }, async ({ query }, res, req) => {
      const { ids, nextCursor } = await keys.listIds(query);
      sendPage(req, res, { items: await keys.findMany(ids), nextCursor });
    }),
  });

  route(router, '/api/keys/:id', {
    get: endpoint({ params: idParams, scope, about: about.get }, async ({ params: { id } }, res, req) => {
      const key = await keys.find(id);
      if (!key) throw keyNotFound(id);
      sendRepresentation(req, res, key);
    }),
    delete: endpoint(
      { params: idParams, scope, about: about.revoke, guarded: true },
      async ({ params: { id }, versions }, res) => {
        await keyService.revoke(id, versions);
        res.status(204).end();
      },
    ),
  });

  return router;
}

const idParams = idParamsOf('`POST` or `GET /api/keys`');
const scope = 'keys:manage' satisfies Scope;
const tag = 'API keys';
const example = { name: 'Shop server', scopes: ['reviews:write', 'products:write'] };
const key = {
  id: '01a20151-b2c4-7210-9aee-e63e1c2ae5f4',
  ...example,
  prefix: '3f9c2a7be410',
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  createdAt: '2026-11-22T03:33:59.876Z',
};

const about = {
  create: {
    id: 'createKey',
    summary: 'Create an API key',
    tag,
    example,
    answer: {
      status: 201,
      description: 'The key, which is shown this once.',
      body: createdApiKeySchema,
      example: { ...key, key: 'ctr_3f9c2a7be410_YW4gZXhhbXBsZSBvbmx5LCBhbmQgbmV2ZXIgYSByZWE' },
      headers: ['Location'],
    },
  },
  list: {
    id: 'listKeys',
    summary: 'List the API keys, the newest first',
    tag,
    answer: {
      description: 'A page of keys.',
      body: apiKeyPageSchema,
      example: pageExample(key),
      tagged: true,
      headers: ['Link'],
    },
    problems: { 400: ['CURSOR_INVALID'] },
  },
  get: {
    id: 'getKey',
    summary: 'Get an API key',
    tag,
    answer: { description: 'What is shown of it.', body: apiKeySchema, example: key, tagged: true },
    problems: { 404: ['KEY_NOT_FOUND'] },
  },
  revoke: {
    id: 'revokeKey',
    summary: 'Revoke an API key',
    tag,
    answer: { status: 204, description: 'Nobody gets in with it any more.' },
    problems: { 404: ['KEY_NOT_FOUND'] },
  },
} satisfies Record<string, About>;
