import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import openapiTS, { astToString } from 'openapi-typescript';

const file = new URL('../../ct-common-lib/src/client/api.ts', import.meta.url);
const documentFile = new URL('../../docs/openapi.json', import.meta.url);

describe('the types of the client', () => {
  it('are made of docs/openapi.json (UPDATE_CONTRACTS=1 writes them)', async () => {
    const document = JSON.parse(await readFile(documentFile, 'utf8')) as {
      paths: Record<string, Record<string, { operationId: string; security?: object[] }>>;
    };
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { operationId, security }]) =>
          `  ${operationId}: ['${method.toUpperCase()}', '${path}'${security ? `, 'token'` : ''}],\n`,
      ),
    );
    // Headers of answers are Headers, whatever they are, and no type has an example.
    const typed = JSON.stringify(document, (key, value: unknown) =>
      key === 'headers' || key === 'examples' ? undefined : value,
    );
    const declared = await openapiTS(typed, { defaultNonNullable: false });
    // Operations are known by their ids; by their paths they would be there once more.
    const types = astToString(
      declared.filter((node) => !('name' in node) || (node.name as { text?: string }).text !== 'paths'),
    );
    const text =
      `// Made of docs/openapi.json: edits here are lost.\n\n` +
      `/** Where each operation is, and whether it takes a token. */\nexport const routes = {\n${routes.join('')}} as const;\n\n${types}`;
    if (process.env.UPDATE_CONTRACTS) await writeFile(file, text);
    expect(await readFile(file, 'utf8')).to.equal(text);
  });
});
