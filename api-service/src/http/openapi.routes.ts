import { Router } from 'express';
import { z } from 'zod';
import {
  createOpenApi,
  createRepresentation,
  endpoint,
  operationTag,
  route,
  sendRepresentation,
  type Representation,
} from 'ct-common-lib/http';
import type { AuthSettings } from '../auth/auth-settings.ts';
import { introductionOf, scopeOwners } from './introduction.ts';
import { problems } from './problems.ts';

/** Counts the versions of the contract: semantic, apart from those of the packages. */
const version = '0.1.0';
const title = 'CT Reviews';

/** `/openapi.json`: what the endpoints of these routers take and answer, and its own. `auth`: as for {@link introductionOf}. */
export function createOpenApiRouter(routers: Router[], auth: AuthSettings | undefined): Router {
  const router = Router();
  let representation: Representation | undefined;

  route(router, '/openapi.json', {
    get: endpoint(
      {
        about: {
          id: 'getOpenApi',
          summary: 'This description',
          tag: operationTag,
          answer: {
            description: 'An OpenAPI 3.1 document.',
            body: z.looseObject({}),
            example: { openapi: '3.1.1', info: { title, version }, paths: {} },
            tagged: true,
          },
        },
      },
      (_input, res, req) => sendRepresentation(req, res, (representation ??= represent())),
    ),
  });

  // Not before somebody asks: a start need not wait for it.
  const represent = () => createRepresentation(version, describe());
  const describe = () =>
    createOpenApi({
      title,
      version,
      description: (list) => introductionOf(auth, list),
      license: { name: 'MIT', identifier: 'MIT' },
      tags: {
        Products: 'What is reviewed.',
        Reviews: 'What customers think of it.',
        Ratings: 'What the reviews come to.',
        Accounts: 'Of those who write.',
        Sessions: 'Logins, and what they give.',
        'API keys': 'For programs.',
        [operationTag]: 'For whoever runs it.',
      },
      routers: [...routers, router],
      problems,
      scopes: auth && scopeOwners,
      isLimited: (path) => path.startsWith('/api/'),
    });
  return router;
}
