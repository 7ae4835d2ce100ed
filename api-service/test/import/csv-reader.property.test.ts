import { expect } from 'chai';
import fc from 'fast-check';
import { readCsv } from '../../src/import/csv-reader.ts';

const columns = 3;
const lineBreak = fc.constantFrom('\n', '\r\n');

/** A row with the values that it stands for: null for a broken one, none for a blank line. */
interface Written {
  text: string;
  values?: string[] | null;
}

const anyValue = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'é', ' ', ',', '"', '\n', '\r\n', ';', '🙂', '""') }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

// After a quote that was never closed, the next quoted value is told from that one's end by what it begins with.
const wordFirst = anyValue.map((text) => text.replace(/^[",\r\n]+/, 'a'));

const written = (text: string, quoted: boolean) =>
  quoted || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

const goodRow = (value: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.array(fc.tuple(value, fc.boolean()), { minLength: columns, maxLength: columns }), lineBreak)
    .map(([cells, end]): Written => ({
      text: cells.map(([text, quoted]) => written(text, quoted)).join(',') + end,
      values: cells.map(([text]) => text),
    }));

const brokenRow = fc
  .constantFrom(
    'a,"b,c',
    'a,b"c,d',
    'a,"b"c,d',
    '"a"b","c",d',
    'a,b',
    'a',
    'a,b,c,d',
    '"a","b","c","d"',
    '"a',
  )
  .map((text): Written => ({ text: `${text}\n`, values: null }));

const blankLine = lineBreak.map((text): Written => ({ text }));

async function expectExact(rows: Written[], chunkBytes: number) {
  const bytes = Buffer.from(`one,two,three\n${rows.map(({ text }) => text).join('')}`);
  async function* source() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  let line = 2;
  const expected = rows.flatMap(({ text, values }) => {
    const start = line;
    line += text.split('\n').length - 1;
    return values === undefined ? [] : [{ line: start, values }];
  });
  const found: typeof expected = [];
  for await (const row of readCsv(source())) {
    found.push({ line: row.line, values: 'error' in row ? null : row.fields });
  }
  expect(found.slice(1)).to.deep.equal(expected);
}

describe('readCsv', () => {
  const chunkBytes = fc.integer({ min: 1, max: 5_000 });

  it('reads whatever RFC 4180 can write, however the bytes arrive', async () => {
    const rows = fc.array(goodRow(anyValue), { maxLength: 60 });
    await fc.assert(fc.asyncProperty(rows, chunkBytes, expectExact), { numRuns: 300 });
  });

  it('reads every good row among broken ones exactly once, and each broken one as one error', async () => {
    const row = fc.oneof(
      { weight: 4, arbitrary: goodRow(wordFirst) },
      { weight: 1, arbitrary: brokenRow },
      blankLine,
    );
    await fc.assert(fc.asyncProperty(fc.array(row, { maxLength: 60 }), chunkBytes, expectExact), {
      numRuns: 300,
    });
  });
});
