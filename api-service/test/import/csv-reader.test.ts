import { expect } from 'chai';
import { readCsv, type CsvOptions } from '../../src/import/csv-reader.ts';
import type { SourceRow } from '../../src/import/source-row.ts';

async function* inChunks(content: string | Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** The rows after the header: [line, ...values], or [line, error]. */
async function read(
  content: string | Buffer,
  { chunkBytes = 64 * 1024, ...options }: CsvOptions & { chunkBytes?: number } = {},
) {
  const rows: SourceRow<string[]>[] = [];
  for await (const row of readCsv(inChunks(content, chunkBytes), options)) rows.push(row);
  return rows.slice(1).map((row) => ('error' in row ? [row.line, row.error] : [row.line, ...row.fields]));
}

const unclosed =
  'A quote that is opened in this row is not closed as it should be; close it, and write a quote inside a value twice';
const notUtf8 =
  'The row is not valid UTF-8; save the file as UTF-8, or give --encoding latin1 if it comes from an older Windows program';

describe('readCsv', () => {
  it('reads quotes, delimiters and line breaks inside quoted values, and tells the line in which a row starts', async () => {
    expect(await read('a,b\n"x, ""y""\r\nz",1\n,\n"",2')).to.deep.equal([
      [2, 'x, "y"\r\nz', '1'],
      [4, '', ''],
      [5, '', '2'],
    ]);
  });

  it('takes LF and CRLF, even mixed, leaves blank lines out, and needs no line break at the end', async () => {
    expect(await read('\r\na,b\r\n1,2\n\n\r\n3,4')).to.deep.equal([
      [3, '1', '2'],
      [6, '3', '4'],
    ]);
  });

  for (const [name, delimiter] of [
    ['a semicolon', ';'],
    ['a tab', '\t'],
  ] as const) {
    it(`takes ${name} for a delimiter`, async () => {
      const line = (...values: string[]) => `${values.join(delimiter)}\n`;
      expect(await read(line('a', 'b') + line('1,5', `"x${delimiter}y"`), { delimiter })).to.deep.equal([
        [2, '1,5', `x${delimiter}y`],
      ]);
    });
  }

  describe('makes a broken row one error and reads the rows around it', () => {
    const long = 'x'.repeat(4 * 1024 * 1024);
    const cases: [string, string | Buffer, string][] = [
      ['a quote that is never closed', 'bad,"abc', unclosed],
      [
        'a quote after the value has begun',
        'bad,5" long',
        'A quote stands inside a value that is not quoted; put the value in quotes, and write the quote inside it twice',
      ],
      [
        'text after the closing quote',
        'bad,"so "very" nice"',
        'A quoted value goes on after its closing quote; write a quote inside a value twice',
      ],
      [
        'a missing column',
        'bad',
        'The row has 1 column where the header has 2; add what is missing, if only as an empty value',
      ],
      [
        'too many columns',
        'bad,1,2',
        'The row has 3 columns where the header has 2; put a value that holds a "," in quotes',
      ],
      ['Latin-1 bytes', Buffer.from('bad,Café', 'latin1'), notUtf8],
      ['a line of more than 4 MiB', `bad,${long}`, 'The row is longer than 4 MiB; shorten it'],
      ['a quoted line of more than 4 MiB', `bad,"${long}"`, 'The row is longer than 4 MiB; shorten it'],
    ];
    for (const [name, broken, error] of cases) {
      for (const position of ['between rows', 'at the end'] as const) {
        it(`${name}, ${position}`, async () => {
          const after = position === 'between rows' ? Buffer.from('\n"good, too","a\nb"\n') : Buffer.alloc(0);
          const content = Buffer.concat([Buffer.from('a,b\ngood,1\n'), Buffer.from(broken), after]);
          const expected = [
            [2, 'good', '1'],
            [3, error],
            ...(after.length > 0 ? [[4, 'good, too', 'a\nb']] : []),
          ];
          expect(await read(content)).to.deep.equal(expected);
          const chunkBytes = Math.max(7, content.length >> 6);
          expect(await read(content, { chunkBytes })).to.deep.equal(expected);
        });
      }
    }
  });

  it('gives up on a quote after 100,000 lines and reads those lines as rows', async () => {
    const good = Array.from({ length: 110_000 }, (_, index) => `good,${index}`);
    const rows = await read(['a,b', 'bad,"abc', ...good].join('\n'));
    expect(rows[0]).to.deep.equal([2, unclosed]);
    expect(rows.slice(1)).to.deep.equal(good.map((_, index) => [index + 3, 'good', String(index)]));
  });

  it('gives up on a quote after 4 MiB and reads those lines as rows', async () => {
    const text = 'x'.repeat(10_000);
    const rows = await read(
      ['a,b', 'bad,"abc', ...Array.from({ length: 500 }, () => `good,${text}`)].join('\n'),
    );
    expect(rows.map(([line, value]) => [line, value])).to.deep.equal([
      [2, unclosed],
      ...Array.from({ length: 500 }, (_, index) => [index + 3, 'good']),
    ]);
  });

  it('keeps the good rows between two broken ones whose quotes pair up', async () => {
    expect(await read('a,b,c\nbad,"abc\ngood,1,2\nbad"\ngood,3,4\n')).to.deep.equal([
      [2, 'The row has 2 columns where the header has 3; add what is missing, if only as an empty value'],
      [3, 'good', '1', '2'],
      [
        4,
        'A quote stands inside a value that is not quoted; put the value in quotes, and write the quote inside it twice',
      ],
      [5, 'good', '3', '4'],
    ]);
  });

  it('makes a row of several lines that lacks a column one error', async () => {
    expect(await read('a,b,c\nbad,"one\ntwo\nthree"\ngood,1,2\n')).to.deep.equal([
      [2, 'The row has 2 columns where the header has 3; add what is missing, if only as an empty value'],
      [5, 'good', '1', '2'],
    ]);
  });

  it('reads Latin-1 as windows-1252 when told to', async () => {
    const content = Buffer.from([...Buffer.from('a,b\n'), 0x80, 0xe9, 0x2c, 0x93, 0x9f, 0x0a]);
    expect(await read(content, { encoding: 'latin1' })).to.deep.equal([[2, '€é', '“Ÿ']]);
  });

  it('holds no more than one record and a few chunks, in a file of 50 MB with a broken quote now and then', async () => {
    const chunk = Buffer.from(
      `good,"${'text '.repeat(40)}",1\n`.repeat(300) +
        'bad,"never closed,1\n' +
        `good,${'text '.repeat(40)},1\n`.repeat(5),
    );
    let given = 0;
    let most = 0;
    async function* source() {
      yield Buffer.from('a,b,c\n');
      while (given < 50_000_000) {
        given += chunk.length;
        yield chunk;
      }
    }
    const linesOfChunk = 306;
    let rows = 0;
    for await (const { line } of readCsv(source())) {
      rows++;
      const readSoFar = Math.floor((line - 2) / linesOfChunk) * chunk.length;
      most = Math.max(most, given - readSoFar);
    }
    expect(rows).to.equal(1 + (given / chunk.length) * linesOfChunk);
    expect(most).to.be.below(2 * 1024 * 1024);
  });
});
