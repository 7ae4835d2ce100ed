import { STATUS_CODES } from 'node:http';
import type { Router } from 'express';
import { z } from 'zod';
import { routesOf, type About, type Described, type Endpoint, type Method } from './endpoint.ts';
import { problemSchema, problemType } from './problem.ts';

export interface OpenApiOptions {
  title: string;
  version: string;
  description: string;
  license: { name: string; identifier: string };
  /** The chapters in their order, with a sentence each. */
  tags: Record<string, string>;
  /** Whose endpoints are described, if they say what they are. */
  routers: Router[];
}

type Json = Record<string, unknown>;
type Operation = Described & { about: About };

/** The problems that any request may end in, by status. */
const anywhere: Record<number, string[]> = {
  400: [
    'INPUT_INVALID',
    'JSON_MALFORMED',
    'BODY_UNREADABLE',
    'PATH_MALFORMED',
    'URL_MALFORMED',
    'HOST_MISSING',
    'REQUEST_MALFORMED',
  ],
  408: ['REQUEST_TIMEOUT'],
  413: ['BODY_TOO_LARGE'],
  415: ['MEDIA_TYPE_UNSUPPORTED', 'ENCODING_UNSUPPORTED'],
  417: ['EXPECTATION_FAILED'],
  431: ['HEAD_TOO_LARGE'],
  500: ['INTERNAL'],
  503: ['DATABASE_UNAVAILABLE', 'OVERLOADED', 'STARTING'],
};
const ofProtected: Record<number, string[]> = {
  401: ['TOKEN_MISSING', 'TOKEN_INVALID', 'TOKEN_EXPIRED'],
  403: ['ROLE_MISSING'],
  503: ['IDENTITY_PROVIDER_UNAVAILABLE'],
};
const ofRepeatable: Record<number, string[]> = {
  400: ['IDEMPOTENCY_KEY_INVALID'],
  409: ['REQUEST_IN_PROGRESS', 'CREATED_IS_ERASED'],
  422: ['IDEMPOTENCY_KEY_REUSED'],
};
const ofReads: Record<number, string[]> = { 503: ['TIMED_OUT'] };
const ofWrites: Record<number, string[]> = { 503: ['OUTCOME_UNKNOWN'] };

const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Authorization: Bearer <token>.',
  },
};

const keyHeader = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token.',
  schema: { type: 'string', minLength: 1, maxLength: 257 },
};
const replayed = 'Idempotency-Replayed';
const replayedHeader = {
  description: '`true` on an answer that was given before.',
  schema: { const: 'true' },
};

const entityTag = { schema: { type: 'string' }, example: '"3-g4Ed1NMPmSLva3KC"' };
const etagHeader = { description: 'The version, and a hash of the bytes.', ...entityTag };

/** The OpenAPI 3.1 document of an API, made of the schemas that its requests are parsed with. */
export function createOpenApi({ title, version, description, license, tags, routers }: OpenApiOptions) {
  const schemas: Json = {};
  /** Those that are the same everywhere. */
  const responses: Json = {};
  const paths: Record<string, Record<string, Json>> = {};

  /** Schemas with an id become components. */
  function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
    const text = JSON.stringify(z.toJSONSchema(schema, { io }));
    const {
      $schema: _dialect,
      $defs,
      ...rest
    } = JSON.parse(text.replaceAll('#/$defs/', '#/components/schemas/')) as Json;
    Object.assign(schemas, $defs);
    return rest;
  }

  function parametersIn(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
    if (!schema) return [];
    const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
      properties?: Record<string, Json>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, { description, ...schema }]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description !== undefined && { description }),
      schema,
    }));
  }

  // Without an example, which a page to try it out would send: a key that others have used, or a version that is not there.
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  });

  function problemAnswer(status: number, codes: string[], instead?: z.ZodType): Json {
    const code = { type: 'string', enum: codes };
    const schema = { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code } }] };
    const challenge = { 'WWW-Authenticate': { description: 'RFC 6750.', schema: { type: 'string' } } };
    const retry = { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } };
    const answer = {
      description: `${STATUS_CODES[status]}: ${codes.map((one) => `\`${one}\``).join(', ')}`,
      ...(status === 503 && { headers: retry }),
      ...(status === 401 && { headers: challenge }),
      content: {
        [problemType]: { schema },
        ...(instead && { 'application/json': { schema: schemaOf(instead, 'output') } }),
      },
    };
    if (instead || codes.join() !== anywhere[status]?.join()) return answer;
    responses[status] = answer;
    return { $ref: `#/components/responses/${status}` };
  }

  function answersOf(
    method: Method,
    { about: { answer, problems = {} }, guarded, repeatable, role }: Operation,
  ): Json {
    const { status = 200, body, mediaType = 'application/json', tagged, headers = {}, unavailable } = answer;
    const described = Object.fromEntries(
      Object.entries(headers).map(([name, description]) => [
        name,
        { description, schema: { type: 'string' } },
      ]),
    );
    const good: Json = {
      description: answer.description,
      headers: {
        ...(tagged && { ETag: etagHeader }),
        ...(repeatable && { [replayed]: replayedHeader }),
        ...described,
      },
      ...(body && { content: { [mediaType]: { schema: schemaOf(body, 'output') } } }),
    };
    const unchanged = { description: 'The client has it already.', headers: { ETag: etagHeader } };
    const guard: Record<number, string[]> = guarded ? { 412: ['VERSION_MISMATCH'] } : {};
    const all: Record<number, string[]> = {};
    const repeats = repeatable ? ofRepeatable : {};
    const access = role === undefined ? {} : ofProtected;
    for (const some of [problems, guard, anywhere, method === 'get' ? ofReads : ofWrites, repeats, access])
      for (const [code, names] of Object.entries(some)) (all[Number(code)] ??= []).push(...names);
    return {
      [status]: good,
      ...(tagged && method === 'get' && { 304: unchanged }),
      ...Object.fromEntries(
        Object.entries(all).map(([code, names]) => {
          const instead = code === '503' ? unavailable : undefined;
          return [code, problemAnswer(Number(code), names, instead)];
        }),
      ),
    };
  }

  function describe(method: Method, operation: Operation): Json {
    const { about, params, query, body, guarded, repeatable, role } = operation;
    const { id, summary, tag, example, answer } = about;
    const content = body && { schema: schemaOf(body, 'input'), ...(example !== undefined && { example }) };
    const mediaTypes = ['application/json', ...(method === 'patch' ? ['application/merge-patch+json'] : [])];
    return {
      operationId: id,
      summary,
      ...(role !== undefined && {
        description: `Needs a token with the role \`${role}\`.`,
        security: [{ bearer: [] }],
      }),
      tags: [tag],
      parameters: [
        ...parametersIn('path', params),
        ...parametersIn('query', query),
        ...(answer.tagged && method === 'get'
          ? [header('If-None-Match', 'Entity tags that the client has: 304 if it is one of them.')]
          : []),
        ...(repeatable ? [keyHeader] : []),
        ...(guarded
          ? [header('If-Match', 'The entity tag that was read: 412 if the thing has another version by now.')]
          : []),
      ],
      ...(content && {
        requestBody: {
          required: true,
          content: Object.fromEntries(mediaTypes.map((type) => [type, content])),
        },
      }),
      responses: answersOf(method, operation),
    };
  }

  schemaOf(problemSchema, 'output');
  for (const { path, handlers } of routers.flatMap(routesOf))
    for (const [method, { schemas: made }] of Object.entries(handlers) as [Method, Endpoint][])
      if (made?.about)
        (paths[path.replaceAll(/:(\w+)/g, '{$1}')] ??= {})[method] = describe(method, made as Operation);

  return {
    openapi: '3.1.1',
    info: { title, version, description, license },
    servers: [{ url: '/' }],
    // Unless an operation says otherwise.
    security: [],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas, responses, securitySchemes },
  };
}
