import { expect } from 'chai';
import { Router } from 'express';
import { z } from 'zod';
import { createOpenApi, endpoint, route, type OpenApiOptions } from '../../src/http/index.ts';

type Json = Record<string, unknown>;

describe('createOpenApi', () => {
  const thingId = '01a1fc86-3458-7527-9678-c72b2d45f41f';
  const thing = z.strictObject({ id: z.guid(), size: z.int() }).meta({ id: 'Thing' });
  const newThing = z.strictObject({ size: z.int().default(1) }).meta({ id: 'NewThing' });

  function describeThings(options: Partial<OpenApiOptions> = {}) {
    const router = Router();
    const nothing = () => undefined;
    route(router, '/things', {
      get: endpoint(
        {
          query: z.strictObject({
            limit: z.string().meta({ description: 'How many.' }),
            sort: z.string().optional(),
          }),
          about: {
            id: 'listThings',
            summary: 'List things',
            tag: 'Things',
            answer: { description: 'All.', body: z.array(thing), tagged: true },
          },
        },
        nothing,
      ),
      post: endpoint(
        {
          body: newThing,
          scope: 'things:write',
          about: {
            id: 'createThing',
            summary: 'Create a thing',
            tag: 'Things',
            example: { size: 2 },
            answer: {
              status: 201,
              description: 'It.',
              body: thing,
              example: { id: thingId, size: 2 },
              headers: ['Location'],
            },
            problems: { 409: ['THING_THERE'] },
          },
        },
        nothing,
      ),
    });
    route(router, '/things/:id', {
      delete: endpoint(
        {
          params: z.object({ id: z.guid() }),
          guarded: true,
          about: {
            id: 'deleteThing',
            summary: 'Delete a thing',
            tag: 'Things',
            answer: { status: 204, description: 'Gone.' },
          },
        },
        nothing,
      ),
      get: endpoint({ params: z.object({ id: z.guid() }) }, nothing),
    });
    return createOpenApi({
      title: 'Things',
      version: '1.0.0',
      description: (problems) => `Of all kinds.\n\n${problems}`,
      license: { name: 'MIT', identifier: 'MIT' },
      tags: { Things: 'All of them.', Others: 'Of which there are none.' },
      routers: [router],
      problems: {
        THING_THERE: {
          explanation: 'It is there already. Take that one.',
          details: ['There is a thing {7} already.', 'It is there.'],
          headers: { Location: 'The thing that there is.' },
        },
      },
      scopes: { 'things:write': 'their makers' },
      isLimited: (path) => path === '/things',
      ...options,
    });
  }
  const document = describeThings();
  const operation = (path: string, method: string) =>
    document.paths[path]![method] as {
      description?: string;
      parameters: Json[];
      requestBody?: { content: Record<string, Json> };
      responses: Record<string, Described>;
    };
  interface Described {
    $ref?: string;
    headers?: Json;
    content?: Record<string, { schema: Json; examples?: Json }>;
  }
  /** Also where it is shared. */
  const answerOf = (status: number, { responses }: ReturnType<typeof operation>) => {
    const { $ref, ...answer } = responses[status]!;
    return $ref === undefined
      ? answer
      : (document.components.responses[$ref.replace('#/components/responses/', '')] as Described);
  };
  const codesOf = (status: number, described: ReturnType<typeof operation>) => {
    const { allOf } = answerOf(status, described).content!['application/problem+json']!.schema as {
      allOf: [Json, { properties: { code: { enum: string[] } } }];
    };
    return allOf[1].properties.code.enum;
  };

  it('has the endpoints that say what they are, by the path of OpenAPI', () => {
    expect(document.openapi).to.equal('3.1.1');
    expect(document.tags).to.deep.equal([{ name: 'Things', description: 'All of them.' }]);
    expect(Object.keys(document.paths)).to.deep.equal(['/things', '/things/{id}']);
    expect(Object.keys(document.paths['/things/{id}']!)).to.deep.equal(['delete']);
  });

  it('makes components of the schemas that have a name', () => {
    expect(Object.keys(document.components.schemas)).to.have.members(['Problem', 'Thing', 'NewThing']);
    const { schema } = operation('/things', 'get').responses[200]!.content!['application/json']!;
    expect(schema).to.deep.equal({ type: 'array', items: { $ref: '#/components/schemas/Thing' } });
    expect(operation('/things', 'post').requestBody!.content['application/json']).to.deep.equal({
      schema: { $ref: '#/components/schemas/NewThing' },
      example: { size: 2 },
    });
  });

  it('has the parameters of path and query', () => {
    expect(operation('/things', 'get').parameters.slice(0, 2)).to.deep.equal([
      { name: 'limit', in: 'query', required: true, description: 'How many.', schema: { type: 'string' } },
      { name: 'sort', in: 'query', required: false, schema: { type: 'string' } },
    ]);
    expect(operation('/things/{id}', 'delete').parameters[0]).to.deep.include({
      name: 'id',
      in: 'path',
      required: true,
    });
  });

  it('has the headers and answers of conditional requests', () => {
    const get = operation('/things', 'get');
    expect(get.parameters.at(-1)).to.include({ name: 'If-None-Match', in: 'header' });
    expect(get.responses[200]!.headers).to.have.property('ETag');
    expect(get.responses).to.have.property('304');
    const remove = operation('/things/{id}', 'delete');
    expect(remove.parameters.at(-1)).to.include({ name: 'If-Match', in: 'header' });
    expect(codesOf(412, remove)).to.deep.equal(['VERSION_MISMATCH']);
    expect(remove.responses).to.not.have.property('304');
  });

  it('lists the codes of an endpoint beside those that all have, which differ between reads and writes', () => {
    expect(operation('/things', 'post').responses[413]).to.deep.equal({ $ref: '#/components/responses/413' });
    expect(codesOf(409, operation('/things', 'post'))).to.deep.equal(['THING_THERE']);
    expect(codesOf(503, operation('/things', 'post')))
      .to.include('OUTCOME_UNKNOWN')
      .and.not.include('TIMED_OUT');
    expect(codesOf(503, operation('/things', 'get')))
      .to.include('TIMED_OUT')
      .and.not.include('OUTCOME_UNKNOWN');
  });

  it('describes a combination of codes once', () => {
    const shared = ({ responses }: ReturnType<typeof operation>, status: number) => responses[status]!.$ref;
    expect(shared(operation('/things', 'post'), 409)).to.equal('#/components/responses/409.THING_THERE');
    for (const status of [400, 500])
      expect(shared(operation('/things/{id}', 'delete'), status)).to.equal(
        `#/components/responses/${status}`,
      );
    expect(shared(operation('/things/{id}', 'delete'), 503)).to.equal(
      '#/components/responses/503.OUTCOME_UNKNOWN',
    );
  });

  it('has an example of each problem, with a sentence and what to do', () => {
    const { examples } = answerOf(409, operation('/things', 'post')).content!['application/problem+json']!;
    expect(examples).to.deep.equal({ THING_THERE: { $ref: '#/components/examples/409.THING_THERE' } });
    expect(document.components.examples['409.THING_THERE']).to.deep.equal({
      description: 'It is there already. Take that one.',
      value: {
        type: 'urn:ct-reviews:problem:thing-there',
        title: 'Conflict',
        status: 409,
        detail: 'There is a thing 7 already.',
        code: 'THING_THERE',
      },
    });
    expect(document.info.description)
      .to.match(/^Of all kinds\./)
      .and.to.include('**409 Conflict**\n\n- `THING_THERE`: It is there already. Take that one.')
      .and.to.include('- `PATH_UNKNOWN`: ');
  });

  it('throws for a problem of which nobody has said what to do', () => {
    expect(() => describeThings({ problems: {} })).to.throw('THING_THERE');
  });

  it('says what else an answer has', () => {
    const { headers, content } = answerOf(201, operation('/things', 'post'));
    expect(headers).to.have.keys(
      'Location',
      'X-Request-Id',
      'Cache-Control',
      'RateLimit',
      'RateLimit-Policy',
    );
    expect(content!['application/json']!.examples).to.deep.equal({
      Thing: { $ref: '#/components/examples/Thing' },
    });
    expect(answerOf(409, operation('/things', 'post')).headers).to.deep.include({
      Location: { description: 'The thing that there is.', schema: { type: 'string' } },
    });
    const used = Object.keys(document.components.headers);
    expect(used).to.include('Location').and.not.include('Link');
  });

  it('describes what is answered where there is no operation', () => {
    const elsewhere = document['x-elsewhere'] as Record<string, Described>;
    expect(elsewhere).to.include.keys('404', '405');
    expect(elsewhere[400]).to.deep.equal({ $ref: '#/components/responses/400' });
    expect(elsewhere[405]!.headers).to.have.property('Allow');
  });

  it('names limits only where there are some', () => {
    expect(operation('/things', 'get').responses).to.have.property('429');
    expect(operation('/things/{id}', 'delete').responses).to.not.have.property('429');
    expect(answerOf(204, operation('/things/{id}', 'delete')).headers).to.not.have.property('RateLimit');
  });

  it('tells who has the scope that something takes, and nothing of it where nobody is asked', () => {
    expect(operation('/things', 'post')).to.deep.include({
      description: 'Needs the scope `things:write`: their makers.',
      security: [{ bearer: ['things:write'] }],
    });
    expect(codesOf(401, operation('/things', 'post'))).to.include('TOKEN_MISSING');
    const open = describeThings({ scopes: undefined });
    expect(open.components).to.not.have.property('securitySchemes');
    const { responses, ...rest } = open.paths['/things']!.post as { responses: Json };
    expect(rest).to.not.have.any.keys('description', 'security');
    expect(responses).to.not.have.any.keys('401', '403');
  });
});
