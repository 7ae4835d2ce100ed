import { expect } from 'chai';
import { readNdjson } from '../../src/import/ndjson-reader.ts';
import type { Encoding } from '../../src/import/source-row.ts';

async function read(
  content: string | Buffer,
  { chunkBytes = 64 * 1024, encoding }: { chunkBytes?: number; encoding?: Encoding } = {},
) {
  const bytes = Buffer.from(content);
  async function* source() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const rows = [];
  for await (const row of readNdjson(source(), { encoding }))
    rows.push('error' in row ? [row.line, row.error] : [row.line, row.fields]);
  return rows;
}

describe('readNdjson', () => {
  it('reads an object a line, leaves blank lines out, and needs no line break at the end', async () => {
    for (const chunkBytes of [1, 3, 1_000]) {
      expect(await read('{"a":1}\r\n\n  \n{"b":{"c":"é\\n"}}', { chunkBytes })).to.deep.equal([
        [1, { a: 1 }],
        [4, { b: { c: 'é\n' } }],
      ]);
    }
  });

  it('makes every broken line one error and reads the lines around it', async () => {
    const long = `{"text":"${'x'.repeat(4 * 1024 * 1024)}"}`;
    const content = Buffer.concat(
      [
        '{"n":1}\n',
        '{"n":\n',
        '[1]\n',
        '"x"\n',
        `${long}\n`,
        Buffer.from('{"n":"é"}\n', 'latin1'),
        '{"n":2}\n',
        long,
      ].map((part) => Buffer.from(part)),
    );
    const expected = [
      [1, { n: 1 }],
      [2, 'The line is not JSON; write one whole JSON object on each line'],
      [3, 'The line is JSON, but no object; write one JSON object on each line'],
      [4, 'The line is JSON, but no object; write one JSON object on each line'],
      [5, 'The row is longer than 4 MiB; shorten it'],
      [
        6,
        'The row is not valid UTF-8; save the file as UTF-8, or give --encoding latin1 if it comes from an older Windows program',
      ],
      [7, { n: 2 }],
      [8, 'The row is longer than 4 MiB; shorten it'],
    ];
    expect(await read(content)).to.deep.equal(expected);
    expect(await read(content, { chunkBytes: 16 * 1024 * 1024 })).to.deep.equal(expected);
  });

  it('reads Latin-1 as windows-1252 when told to', async () => {
    const content = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0x80, 0xe9]), Buffer.from('"}\n')]);
    expect(await read(content, { encoding: 'latin1' })).to.deep.equal([[1, { a: '€é' }]]);
  });
});
