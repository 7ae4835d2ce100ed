import { expect } from 'chai';
import { Router } from 'express';
import { z } from 'zod';
import { createOpenApi, endpoint, route } from '../../src/http/index.ts';

type Json = Record<string, unknown>;

describe('createOpenApi', () => {
  const thing = z.strictObject({ id: z.guid(), size: z.int() }).meta({ id: 'Thing' });
  const newThing = z.strictObject({ size: z.int().default(1) }).meta({ id: 'NewThing' });

  function describeThings() {
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
          about: {
            id: 'createThing',
            summary: 'Create a thing',
            tag: 'Things',
            example: { size: 2 },
            answer: { status: 201, description: 'It.', body: thing, headers: { Location: 'Its path.' } },
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
      description: 'Of all kinds.',
      license: { name: 'MIT', identifier: 'MIT' },
      tags: { Things: 'All of them.' },
      routers: [router],
    });
  }
  const document = describeThings();
  const operation = (path: string, method: string) =>
    document.paths[path]![method] as {
      parameters: Json[];
      requestBody?: { content: Record<string, Json> };
      responses: Record<string, { headers?: Json; content?: Record<string, { schema: Json }> }>;
    };
  const codesOf = (status: number, { responses }: ReturnType<typeof operation>) => {
    const { allOf } = responses[status]!.content!['application/problem+json']!.schema as {
      allOf: [Json, { properties: { code: { enum: string[] } } }];
    };
    return allOf[1].properties.code.enum;
  };

  it('has the endpoints that say what they are, by the path of OpenAPI', () => {
    expect(document.openapi).to.equal('3.1.1');
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
    expect(document.components.responses).to.have.property('413');
    expect(codesOf(409, operation('/things', 'post'))).to.deep.equal(['THING_THERE']);
    expect(codesOf(503, operation('/things', 'post')))
      .to.include('OUTCOME_UNKNOWN')
      .and.not.include('TIMED_OUT');
    expect(codesOf(503, operation('/things', 'get')))
      .to.include('TIMED_OUT')
      .and.not.include('OUTCOME_UNKNOWN');
  });

  it('says what else an answer has', () => {
    const { headers } = operation('/things', 'post').responses[201]!;
    expect(Object.keys(headers!)).to.deep.equal(['Location']);
  });
});
