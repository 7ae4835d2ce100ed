import { Router } from 'express';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { createRepresentation, endpoint, route, sendRepresentation, type About } from 'ct-common-lib/http';

/** `/.well-known/jwks.json`: what others check our tokens with. */
export function createJwksRouter(publicKeys: () => JSONWebKeySet): Router {
  const router = Router();
  route(router, '/.well-known/jwks.json', {
    get: endpoint({ about }, (_input, res, req) =>
      sendRepresentation(req, res, createRepresentation('1', publicKeys())),
    ),
  });
  return router;
}

const jwk = z.looseObject({ kty: z.string(), kid: z.string(), alg: z.string(), use: z.string() });

const about: About = {
  id: 'getKeySet',
  summary: 'The public keys that our tokens are signed with',
  tag: 'Sessions',
  answer: {
    description: 'A JSON Web Key Set (RFC 7517).',
    body: z.object({ keys: z.array(jwk) }).meta({ id: 'KeySet' }),
    example: {
      keys: [
        {
          kty: 'OKP',
          crv: 'Ed25519',
          x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
          kid: 'k1',
          alg: 'EdDSA',
          use: 'sig',
        },
      ],
    },
    tagged: true,
  },
};
