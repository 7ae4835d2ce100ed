import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import openapiTS, { astToString } from 'openapi-typescript';

const file = new URL('../../ct-common-lib/src/client/api.ts', import.meta.url);
const documentFile = new URL('../../docs/openapi.json', import.meta.url);

describe('the types of the client', () => {
  it('are made of docs/openapi.json (UPDATE_CONTRACTS=1 writes them)', async () => {
    const document = JSON.parse(await readFile(documentFile, 'utf8')) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { operationId }]) => `  ${operationId}: ['${method.toUpperCase()}', '${path}'],\n`,
      ),
    );
    const types = astToString(await openapiTS(JSON.stringify(document), { defaultNonNullable: false }));
    const text =
      `// Made of docs/openapi.json: edits here are lost.\n\n` +
      `/** Where each operation is. */\nexport const routes = {\n${routes.join('')}} as const;\n\n${types}`;
    if (process.env.UPDATE_CONTRACTS) await writeFile(file, text);
    expect(await readFile(file, 'utf8')).to.equal(text);
  });
});
