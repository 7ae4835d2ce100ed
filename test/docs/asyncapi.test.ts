import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import { createAsyncApi } from 'ct-common-lib/bus';
import { catalog, type EventType } from 'ct-common-lib/events';
import { fencedBlocks, readText, root } from './support/markdown.ts';

const file = join(root, 'docs/asyncapi.json');
const document = createAsyncApi({ version: '0.1.0' });
const types = Object.keys(catalog) as EventType[];

describe('docs/asyncapi.json', () => {
  const createAjv = () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    return ajv;
  };

  it('is what the event schemas make it (UPDATE_CONTRACTS=1 writes it)', async () => {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (process.env.UPDATE_CONTRACTS) await writeFile(file, text);
    expect(await readFile(file, 'utf8')).to.equal(text);
  });

  it('is an AsyncAPI 3.0 document', () => {
    const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;
    const ajv = createAjv();
    const validate = ajv.compile(schema);
    expect(validate(JSON.parse(JSON.stringify(document))), ajv.errorsText(validate.errors)).to.equal(true);
  });

  for (const type of types)
    it(`describes the ${type} events that docs/events.md shows`, async () => {
      const shown = fencedBlocks(await readText('docs/events.md'))
        .filter(({ language }) => language === 'json')
        .map(({ text }) => JSON.parse(text) as { type?: string })
        .filter((event) => event.type === type);
      expect(shown).to.have.length.above(0);
      const ajv = createAjv();
      const validate = ajv.compile(document.components.messages[type]!.payload.schema);
      for (const event of shown) expect(validate(event), ajv.errorsText(validate.errors)).to.equal(true);
    });
});
