import { Router } from 'express';
import { z } from 'zod';
import {
  createOpenApi,
  createRepresentation,
  endpoint,
  route,
  sendRepresentation,
  type Representation,
} from 'ct-common-lib/http';

/** Counts the versions of the contract: semantic, apart from those of the packages. */
const version = '0.1.0';

/** `/openapi.json`: what the endpoints of these routers take and answer, and its own. */
export function createOpenApiRouter(routers: Router[]): Router {
  const router = Router();
  let representation: Representation | undefined;

  route(router, '/openapi.json', {
    get: endpoint(
      {
        about: {
          id: 'getOpenApi',
          summary: 'This description',
          tag: 'Operation',
          answer: { description: 'An OpenAPI 3.1 document.', body: z.looseObject({}), tagged: true },
        },
      },
      (_input, res, req) => sendRepresentation(req, res, (representation ??= represent())),
    ),
  });

  // Not before somebody asks: a start need not wait for it.
  const represent = () => createRepresentation(version, describe());
  const describe = () =>
    createOpenApi({
      title: 'CT Reviews',
      version,
      description:
        'Reviews of products, and ratings that always equal what the reviews come to. A read that begins after a write was ' +
        'answered shows that write. Whoever gets a 503 may send the same request again, unless its code is OUTCOME_UNKNOWN: ' +
        'then the change may have been made.',
      license: { name: 'MIT', identifier: 'MIT' },
      tags: {
        Products: 'What is reviewed.',
        Reviews: 'What customers think of it.',
        Ratings: 'What the reviews come to.',
        Operation: 'For whoever runs it.',
      },
      routers: [...routers, router],
    });
  return router;
}
