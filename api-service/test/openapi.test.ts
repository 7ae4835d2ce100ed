import { readFile, writeFile } from 'node:fs/promises';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect } from 'chai';
import { startApi, type Api } from './support/api.ts';
import { ajv, documentFile } from './support/contract.ts';
import { endpoints, title } from './support/endpoints.ts';

interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, { schema: { $ref: string }; example: unknown }> };
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

// That every answer is as described is looked at by the client of all tests, see support/contract.ts.
describe('the OpenAPI document', () => {
  let api: Api;
  let document: Document;
  before(async () => {
    api = await startApi();
    document = (await api.get<Document>('/openapi.json')).body;
  });
  after(() => api.stop());

  it('has the committed copy (UPDATE_CONTRACTS=1 writes it)', async () => {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (process.env.UPDATE_CONTRACTS) await writeFile(documentFile, text);
    expect(await readFile(documentFile, 'utf8')).to.equal(text);
  });

  it('passes the recommended rules of a linter', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const source = JSON.stringify(document, null, 2);
    const problems = await lintFromString({ source, config, absoluteRef: 'openapi.json' });
    expect(
      problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
    ).to.deep.equal([]);
  });

  it('has every endpoint, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map(
        (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      ),
    );
    expect(described).to.have.members(endpoints.map(title));
  });

  it('shows bodies that the schemas beside them take', () => {
    const shown = Object.values(document.paths)
      .flatMap((operations) => Object.values(operations))
      .flatMap(({ requestBody }) => Object.values(requestBody?.content ?? {}));
    expect(shown).to.have.length.above(5);
    for (const { schema, example } of shown) {
      const validate = ajv.getSchema(`openapi.json${schema.$ref}`)!;
      expect(validate(example), `${JSON.stringify(example)}: ${ajv.errorsText(validate.errors)}`).to.equal(
        true,
      );
    }
  });

  it('names each operation once', () => {
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).to.equal(ids.length);
  });
});
