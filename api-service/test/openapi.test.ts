import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect } from 'chai';
import { knownProblems } from 'ct-common-lib/http';
import { problems } from '../src/http/problems.ts';
import { startApi, type Api } from './support/api.ts';
import { ajv, documentFile } from './support/contract.ts';
import { endpoints, title } from './support/endpoints.ts';
import { auth } from './support/tokens.ts';

interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, { schema: { $ref: string }; example: unknown }> };
}

interface Described {
  $ref?: string;
  content?: Record<
    string,
    { example?: unknown; examples?: Record<string, { $ref?: string; value?: unknown }> }
  >;
}

interface Document {
  openapi: string;
  info: { description: string };
  paths: Record<string, Record<string, Operation & { responses: Record<string, Described> }>>;
  components: { examples: Record<string, { value: unknown }>; securitySchemes?: object };
  'x-elsewhere': Record<string, Described>;
}

const listFile = new URL('../../docs/problems.md', import.meta.url);

// That every answer is as described is looked at by the client of all tests, see support/contract.ts.
describe('the OpenAPI document', () => {
  let api: Api;
  let document: Document;
  before(async () => {
    api = await startApi();
    // Not with the client of the tests, which holds it against the copy.
    document = (await (await fetch(`${api.baseUrl}/openapi.json`)).json()) as Document;
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

  it('shows an example of each answer that has a body, and the schema beside it takes it', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.entries(responses).map(([status, answer]) => ({
          pointer: answer.$ref?.split('/').slice(1) ?? ['paths', path, method, 'responses', status],
          answer: answer.$ref === undefined ? answer : (at(answer.$ref.split('/').slice(1)) as Described),
        })),
      ),
    );
    const elsewhere = Object.entries(document['x-elsewhere']).map(([status, answer]) => ({
      pointer: ['x-elsewhere', status],
      answer,
    }));
    let shown = 0;
    for (const { pointer, answer } of [...described, ...elsewhere])
      for (const [type, { example, examples = {} }] of Object.entries(answer.content ?? {})) {
        const parts = [...pointer, 'content', type, 'schema'].map((part) =>
          encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')),
        );
        const validate = ajv.getSchema(`openapi.json#/${parts.join('/')}`)!;
        const values = Object.values(examples).map(({ $ref, value }) =>
          $ref === undefined ? value : (at($ref.split('/').slice(1)) as { value: unknown }).value,
        );
        const all = example === undefined ? values : [example];
        expect(all, pointer.join(' ')).to.not.have.length(0);
        for (const one of all)
          expect(validate(one), `${JSON.stringify(one)}: ${ajv.errorsText(validate.errors)}`).to.equal(true);
        shown += all.length;
      }
    expect(shown).to.be.above(100);
  });

  const at = (parts: string[]) =>
    parts.reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], document);

  it('shows the sentences that the service says: each stands in the sources', async () => {
    const folders = ['../src/', '../../ct-common-lib/src/'].map((path) => new URL(path, import.meta.url));
    const files = (
      await Promise.all(folders.map((folder) => readdir(folder, { recursive: true, withFileTypes: true })))
    )
      .flat()
      .filter(({ name }) => name.endsWith('.ts') && !['known-problems.ts', 'problems.ts'].includes(name));
    const sources = (
      await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')))
    ).join('\n');
    for (const [code, { details }] of Object.entries({ ...knownProblems, ...problems }))
      for (const part of details.flatMap((detail) => detail.split(/\{.*?\}/)))
        expect(sources.includes(part), `${code}: ${part}`).to.equal(true);
  });

  it('tells of every problem what to do, as docs/problems.md does (UPDATE_CONTRACTS=1 writes it)', async () => {
    const [, list] = /<summary>.*<\/summary>\n\n(.*)\n\n<\/details>$/s.exec(document.info.description)!;
    const text = `# What may go wrong\n\nThe \`code\` of each problem document of the API, and what to do.\n\n${list}\n`;
    if (process.env.UPDATE_CONTRACTS) await writeFile(listFile, text);
    expect(await readFile(listFile, 'utf8')).to.equal(text);
    for (const code of Object.keys({ ...knownProblems, ...problems }))
      expect(list).to.include(`\n- \`${code}\`: `);
  });

  for (const [what, settings, told, untold] of [
    [
      'accounts',
      auth,
      ['npm run -s admin', '`POST /api/accounts`', '`SMTP_URL`'],
      ['AUTH=off', 'provider `'],
    ],
    [
      'no accounts',
      { ...auth, accounts: false },
      ['npm run -s token -- --role admin', '`POST /api/keys`'],
      ['/api/accounts', '/api/sessions`', 'accounts:manage', 'AUTH=off'],
    ],
    [
      'an identity provider',
      { ...auth, accounts: false, jwksUrl: 'https://id.example/keys', issuer: 'https://id.example' },
      ['provider `https://id.example`', 'the claim `roles`', 'audience `ct-reviews`'],
      ['/api/accounts', '/api/sessions`', 'npm run', 'AUTH=off'],
    ],
    [
      'nobody who is asked',
      null,
      ['`AUTH=off`'],
      ['/api/accounts', 'npm run', 'Authorize', '/api/keys', '**401'],
    ],
  ] as const)
    it(`tells a beginner how to begin with ${what}`, async () => {
      const other = await startApi({ auth: settings });
      try {
        const { info, paths, components } = (await (
          await fetch(`${other.baseUrl}/openapi.json`)
        ).json()) as Document;
        for (const text of told) expect(info.description).to.include(text);
        for (const text of untold) expect(info.description).to.not.include(text);
        // Every operation that it names is there.
        for (const [, methods, path] of info.description.matchAll(
          /`((?:GET|POST|PATCH)[^`]*?) (\/api\/[^`]*)`/g,
        ))
          expect(paths[path!], `${methods} ${path}`).to.include.keys(methods!.toLowerCase());
        expect(components.securitySchemes !== undefined).to.equal(settings !== null);
      } finally {
        await other.stop();
      }
    });

  it('names each operation once', () => {
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).to.equal(ids.length);
  });
});
