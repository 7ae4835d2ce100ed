import type { Router } from 'express';
import { z } from 'zod';
import { routesOf, type About, type Answer, type Described, type Endpoint, type Method } from './endpoint.ts';
import type { KnownProblem } from './known-problems.ts';
import { createHeaders, type HeaderName } from './openapi-headers.ts';
import {
  anywhere,
  createProblemAnswers,
  mergeCodes,
  ofGuarded,
  ofLimited,
  ofProtected,
  ofReads,
  ofRepeatable,
  ofWrites,
} from './openapi-problems.ts';
import { problemSchema } from './problem.ts';

export interface OpenApiOptions {
  title: string;
  version: string;
  /** Is given the list of all problems, with what to do about each; both in Markdown. */
  description: (problems: string) => string;
  license: { name: string; identifier: string };
  /** The chapters in their order, with a sentence each; those without an operation are left out. */
  tags: Record<string, string>;
  /** Whose endpoints are described, if they say what they are. */
  routers: Router[];
  /** What is to be told of the problems that these endpoints have beside those of every API. */
  problems?: Record<string, KnownProblem>;
  /** What takes a token: each scope, and who has it. Undefined: nobody is asked who he is. */
  scopes?: Record<string, string> | undefined;
  /** Whether callers are held to limits at this path. Default: nowhere. */
  isLimited?: (path: string) => boolean;
}

type Json = Record<string, unknown>;
type Operation = Described & { about: About };

const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'A token, such as the `accessToken` of a login, or an API key; alone, without the word Bearer.',
  },
};

const keyHeader = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'New for each request, such as a UUID, and the same for each time that it is sent: within 24 h it is done once, and answered each time as the first time. Keys belong to the subject of the token or to the API key; where neither is needed, to everybody: take random ones.',
  schema: { type: 'string', minLength: 1, maxLength: 257 },
};
/** The OpenAPI 3.1 document of an API, made of the schemas that its requests are parsed with. Throws where nothing is known of a problem. */
export function createOpenApi(options: OpenApiOptions) {
  const { title, version, description, license, tags, routers } = options;
  const { problems = {}, scopes, isLimited = () => false } = options;
  const schemas: Json = {};
  const examples: Json = {};
  const paths: Record<string, Record<string, Json>> = {};
  /** Chapters. */
  const used = new Set<string>();
  const headers = createHeaders();
  const answers = createProblemAnswers(problems, headers);

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

  /** A named schema has an example of its name. */
  function contentOf(answer: Answer): Json | undefined {
    const { body, mediaType = 'application/json', example } = answer;
    if (!body) return undefined;
    const schema = schemaOf(body, 'output');
    const name = (schema.$ref as string | undefined)?.split('/').at(-1);
    if (name === undefined || example === undefined) return { [mediaType]: { schema, example } };
    examples[name] = { value: example };
    return { [mediaType]: { schema, examples: { [name]: { $ref: `#/components/examples/${name}` } } } };
  }

  function answersOf(path: string, method: Method, { about, guarded, repeatable, scope }: Operation): Json {
    const { answer, problems = {} } = about;
    const { status = 200, tagged, unavailable } = answer;
    const isProtected = scopes && scope !== undefined;
    const limit: HeaderName[] = isLimited(path) ? ['RateLimit-Policy', 'RateLimit'] : [];
    const everywhere: HeaderName[] = ['X-Request-Id', 'Cache-Control', ...limit];
    const content = contentOf(answer);
    const good: Json = {
      description: answer.description,
      headers: headers.of([
        ...(tagged ? (['ETag'] as const) : []),
        ...(repeatable ? (['Idempotency-Replayed'] as const) : []),
        ...(answer.headers ?? []),
        ...everywhere,
      ]),
      ...(content && { content }),
    };
    const unchanged = {
      description: 'The client has it already.',
      headers: headers.of(['ETag', ...(answer.headers ?? []), ...everywhere]),
    };
    const wrong = mergeCodes([
      problems,
      guarded ? ofGuarded : {},
      anywhere,
      method === 'get' ? ofReads : ofWrites,
      repeatable ? ofRepeatable : {},
      isProtected ? ofProtected : {},
      isLimited(path) ? ofLimited : {},
    ]);
    return {
      [status]: good,
      ...(tagged && method === 'get' && { 304: unchanged }),
      ...Object.fromEntries(
        Object.entries(wrong).map(([text, names]) => {
          const status = Number(text);
          if (status !== 503 || !unavailable) return [status, answers.refer(status, names)];
          return [
            status,
            answers.describe(status, names, contentOf(unavailable)!['application/json'] as Json),
          ];
        }),
      ),
    };
  }

  function describe(path: string, method: Method, operation: Operation): Json {
    const { about, params, query, body, guarded, repeatable, scope } = operation;
    const { id, summary, tag, example, answer } = about;
    used.add(tag);
    const content = body && { schema: schemaOf(body, 'input'), ...(example !== undefined && { example }) };
    const mediaTypes = ['application/json', ...(method === 'patch' ? ['application/merge-patch+json'] : [])];
    return {
      operationId: id,
      summary,
      ...(scopes &&
        scope !== undefined && {
          description: `Needs the scope \`${scope}\`: ${scopes[scope]}.`,
          security: [{ bearer: [scope] }],
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
          ? [
              header(
                'If-Match',
                'The ETag that was read, quotes included: 412 if the thing has another version by now.',
              ),
            ]
          : []),
      ],
      ...(content && {
        requestBody: {
          required: true,
          content: Object.fromEntries(mediaTypes.map((type) => [type, content])),
        },
      }),
      responses: answersOf(path, method, operation),
    };
  }

  schemaOf(problemSchema, 'output');
  for (const { path, handlers } of routers.flatMap(routesOf))
    for (const [method, { schemas: made }] of Object.entries(handlers) as [Method, Endpoint][])
      if (made?.about)
        (paths[path.replaceAll(/:(\w+)/g, '{$1}')] ??= {})[method] = describe(
          path,
          method,
          made as Operation,
        );

  const elsewhere = answers.ofNoOperation();
  const shared = answers.components();
  return {
    openapi: '3.1.1',
    info: { title, version, description: description(answers.list()), license },
    servers: [{ url: '/' }],
    // Unless an operation says otherwise.
    security: [],
    tags: Object.entries(tags)
      .filter(([name]) => used.has(name))
      .map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas,
      headers: headers.components(),
      responses: shared.responses,
      examples: { ...examples, ...shared.examples },
      ...(scopes && { securitySchemes }),
    },
    /** What is answered at other paths, and to other methods. */
    'x-elsewhere': elsewhere,
  };
}
