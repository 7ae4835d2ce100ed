import { readFile, symlink } from 'node:fs/promises';
import { expect } from 'chai';
import { gzipSync } from 'node:zlib';
import { createImportBench, type ImportBench } from './support.ts';

const header = 'product,rating,title,text,author,date,id\n';
const threeRows = `${header}cup,5,Nice,"So ""nice"",
and blue",Jane,2024-05-31,a
cup,3,,,,,b
pot,1,Bad,,,1717115415,c
`;

describe('npm run import', () => {
  let bench: ImportBench;
  beforeEach(async () => {
    bench = await createImportBench();
  });
  afterEach(() => bench.close());

  const reviews = async () => {
    const { rows } = await bench.sql.query<Record<string, unknown>>(`
      SELECT sku, name, rating, title, text, author_name, status, source, external_id, r.version, r.created_at
      FROM reviews r JOIN products p ON p.id = r.product_id ORDER BY external_id`);
    return rows;
  };

  it('brings products and reviews in, and the triggers announce them', async () => {
    const { exitCode, stdout, stderr } = await bench.run([await bench.write('x.csv', threeRows)]);
    expect(stderr).to.equal('');
    expect(stdout).to.equal(
      'x.csv: 3 rows read in 0.0 s\n  3 reviews new, 0 already there\n  2 products new\n  0 rows refused\n',
    );
    expect(exitCode).to.equal(0);
    const [first, second, third] = await reviews();
    expect(first).to.deep.equal({
      sku: 'cup',
      name: 'cup',
      rating: 5,
      title: 'Nice',
      text: 'So "nice",\nand blue',
      author_name: 'Jane',
      status: 'approved',
      source: 'x.csv',
      external_id: 'a',
      version: '1',
      created_at: new Date('2024-05-31'),
    });
    expect(second).to.include({ sku: 'cup', title: null, text: null, author_name: null });
    expect(third).to.deep.include({ sku: 'pot', created_at: new Date(1_717_115_415_000) });
    expect(await bench.count('outbox')).to.equal(3);
  });

  it('keeps every character on its way through COPY', async () => {
    const text = 'tab\t, backslash \\ and \\N, \\., line\r\nbreak, é🙂, "quotes"';
    const file = await bench.write(
      'x.ndjson',
      `${JSON.stringify({ product: '\\N', rating: 5, text, id: '\\.' })}\n`,
    );
    expect((await bench.run([file])).exitCode).to.equal(0);
    expect(await reviews()).to.have.nested.property('[0].text', text);
    expect(await reviews()).to.have.nested.property('[0].sku', '\\N');
  });

  it('changes nothing when the same file comes again, even where a review was edited or deleted since', async () => {
    const file = await bench.write('x.csv', threeRows);
    await bench.run([file]);
    await bench.sql.query(`UPDATE reviews SET rating = 2 WHERE external_id = 'a'`);
    await bench.sql.query(`UPDATE reviews SET deleted_at = now() WHERE external_id = 'b'`);
    await bench.sql.query(`DELETE FROM products WHERE sku = 'pot'`);
    const before = await bench.sql.query('SELECT * FROM reviews ORDER BY id');

    const { exitCode, stdout } = await bench.run([file]);
    expect(exitCode).to.equal(0);
    expect(stdout).to.include('0 reviews new, 3 already there\n  0 products new');
    expect((await bench.sql.query('SELECT * FROM reviews ORDER BY id')).rows).to.deep.equal(before.rows);
    expect(await bench.count('products')).to.equal(1);
  });

  it('takes a second file for more reviews of the same products, and another source for other reviews', async () => {
    await bench.run([await bench.write('x.csv', threeRows)]);
    await bench.sql.query(`UPDATE products SET name = 'Blue cup' WHERE sku = 'cup'`);
    const second = await bench.write(
      'y.csv',
      'product,productName,rating,id\ncup,Red cup,4,a\npan,Pan,4,d\npan,Lid,4,d\n',
    );
    expect((await bench.run([second])).stdout).to.include('2 reviews new, 1 already there\n  1 product new');
    expect((await bench.run([second, '--source', 'x.csv'])).stdout).to.include(
      '1 review new, 2 already there\n  0 products',
    );
    const { rows } = await bench.sql.query('SELECT sku, name FROM products ORDER BY sku');
    expect(rows).to.deep.equal([
      { sku: 'cup', name: 'Blue cup' },
      { sku: 'pan', name: 'Pan' },
      { sku: 'pot', name: 'pot' },
    ]);
  });

  it('knows reviews without an id by their line, and says so', async () => {
    const file = await bench.write('x.csv', 'product,rating,text\ncup,5,same\ncup,5,same\n');
    const { stdout } = await bench.run([file]);
    expect(stdout)
      .to.include('2 reviews new')
      .and.to.include('No id is mapped: a review is known again by its line');
    expect((await bench.run([file])).stdout).to.include('0 reviews new, 2 already there');
    expect((await reviews()).map((row) => row.external_id)).to.deep.equal(['line:2', 'line:3']);
  });

  it('reports every bad row with its line and what to do, while the good rows around each go in', async () => {
    const bad = [
      'cup,6,,,,,x',
      'cup,five,,,,,x',
      'cup,4.5,,,,,x',
      ',4,,,,,x',
      'cup,4',
      'cup,4,,,,,x,y',
      'cup,4,"broken,,,,x',
      `cup,4,,${'x'.repeat(1_000_000)},,,x`,
      'cup,4,,,,tomorrow,x',
      'cup,4,a\0b,,,,x',
    ];
    const lines = bad.flatMap((row, index) => [row, `cup,4,,,,,good${index}`]).join('\r\n');
    const content = Buffer.concat([
      Buffer.from(`\ufeff${header}${lines}\r\ncup,4,`),
      Buffer.from('é,,,,x\n', 'latin1'),
    ]);
    const file = await bench.write('x.csv', content);
    const { exitCode, stdout } = await bench.run([file]);

    expect(exitCode).to.equal(1);
    expect(stdout)
      .to.include('21 rows read')
      .and.to.include('10 reviews new')
      .and.to.include('11 rows refused, all of them in x.csv.errors.ndjson');
    expect(stdout)
      .to.include('    line 2: Column "rating" is "6"; give a whole number from 1 to 5\n')
      .and.to.include('    … and 6 more\n');
    expect(await bench.count('reviews')).to.equal(10);
    expect(await bench.report('x.csv.errors.ndjson')).to.deep.equal([
      { line: 2, columns: ['rating'], error: 'Column "rating" is "6"; give a whole number from 1 to 5' },
      { line: 4, columns: ['rating'], error: 'Column "rating" is "five"; give a whole number from 1 to 5' },
      { line: 6, columns: ['rating'], error: 'Column "rating" is "4.5"; give a whole number from 1 to 5' },
      {
        line: 8,
        columns: ['product'],
        error: 'Column "product" is empty; every review needs the SKU of its product',
      },
      {
        line: 10,
        error: 'The row has 2 columns where the header has 7; add what is missing, if only as an empty value',
      },
      {
        line: 12,
        error: 'The row has 8 columns where the header has 7; put a value that holds a "," in quotes',
      },
      {
        line: 14,
        error:
          'A quote that is opened in this row is not closed as it should be; close it, and write a quote inside a value twice',
      },
      { line: 16, columns: ['text'], error: 'Column "text" has 1,000,000 characters; shorten it to 10,000' },
      {
        line: 18,
        columns: ['date'],
        error:
          'Column "date" is "tomorrow"; give a date such as 2024-05-31 or 2024-05-31T12:00:00Z, or epoch seconds or milliseconds',
      },
      {
        line: 20,
        columns: ['title'],
        error: 'Column "title" holds a NUL character, which no database text can; remove it',
      },
      {
        line: 22,
        error:
          'The row is not valid UTF-8; save the file as UTF-8, or give --encoding latin1 if it comes from an older Windows program',
      },
    ]);
  });

  it('reads a whole Latin-1 file when told so', async () => {
    const file = await bench.write('x.csv', Buffer.from(`${header}Café,5,,,,,a\n`, 'latin1'));
    expect((await bench.run([file, '--encoding', 'latin1'])).exitCode).to.equal(0);
    expect(await reviews()).to.have.nested.property('[0].sku', 'Café');
  });

  it('removes the report of an earlier run once all rows are right, and writes it where --report says', async () => {
    const file = await bench.write('x.csv', `${header}cup,6,,,,,a\n`);
    await bench.run([file]);
    await bench.run([file, '--report', bench.pathOf('elsewhere.ndjson')]);
    expect(await bench.report('elsewhere.ndjson')).to.have.lengthOf(1);
    expect(await bench.report('x.csv.errors.ndjson')).to.have.lengthOf(1);
    await bench.write('x.csv', `${header}cup,5,,,,,a\n`);
    expect((await bench.run([file])).exitCode).to.equal(0);
    expect(await bench.report('x.csv.errors.ndjson')).to.equal(undefined);
  });

  it('writes nothing on a dry run, and tells what the real run then does', async () => {
    await bench.run([await bench.write('x.csv', threeRows)]);
    const rows = Array.from(
      { length: 12_000 },
      (_, index) => `sku-${index % 70},${1 + (index % 6)},,,,,r${index % 11_000}`,
    );
    const file = await bench.write('x.csv', `${threeRows}${rows.join('\n')}\n`);
    const dry = await bench.run([file, '--dry-run']);
    expect(dry.stdout).to.include(' (dry run: nothing was written)');
    expect([
      await bench.count('products'),
      await bench.count('reviews'),
      await bench.count('outbox'),
    ]).to.deep.equal([2, 3, 3]);
    const report = await bench.report('x.csv.errors.ndjson');
    expect(report).to.have.lengthOf(2_000);

    const real = await bench.run([file]);
    expect(real.stdout).to.equal(dry.stdout.replace(' (dry run: nothing was written)', ''));
    expect(await bench.report('x.csv.errors.ndjson')).to.deep.equal(report);
    expect(real.exitCode).to.equal(1).and.to.equal(dry.exitCode);
    expect(real.stdout).to.include('9,333 reviews new, 670 already there\n  70 products new');
  });

  it('reads NDJSON with a preset, its dotted paths and its epoch milliseconds', async () => {
    const row = {
      parent_asin: 'B00',
      asin: 'B01',
      rating: 4.0,
      title: 'T',
      text: 'X',
      user_id: 'u',
      user: { name: 'Jane' },
      timestamp: 1588687728923,
    };
    const file = await bench.write('x.jsonl', `${JSON.stringify(row)}\n{"rating":`);
    const { exitCode } = await bench.run([file, '--preset', 'amazon', '--map', 'author=user.name']);
    expect(exitCode).to.equal(1);
    const [review] = await reviews();
    expect(review).to.deep.include({
      sku: 'B00',
      rating: 4,
      author_name: 'Jane',
      created_at: new Date(1588687728923),
      external_id: 'line:1',
    });
    expect(await bench.report('x.jsonl.errors.ndjson')).to.deep.equal([
      { line: 2, error: 'The line is not JSON; write one whole JSON object on each line' },
    ]);
  });

  it('takes a column without a name, and a delimiter', async () => {
    const file = await bench.write('x.txt', ';Clothing ID;Stars\n0;12;5\n');
    const { exitCode } = await bench.run([
      file,
      '--format',
      'csv',
      '--delimiter',
      ';',
      '--map',
      'product=Clothing ID,rating=Stars,id=',
    ]);
    expect(exitCode).to.equal(0);
    expect(await reviews()).to.have.nested.property('[0].external_id', '0');
  });

  describe('says in one sentence, before anything is written, that', () => {
    const cases: [string, string, string | Buffer | undefined, string[], number, string][] = [
      ['a file is not there', 'x.csv', undefined, [], 1, 'There is no file x.csv.\n'],
      ['a file is empty', 'x.csv', '', [], 1, 'x.csv is empty: there is nothing to import.\n'],
      [
        'a file is a byte order mark',
        'x.csv',
        '\ufeff',
        [],
        1,
        'x.csv holds no rows: there is nothing to import.\n',
      ],
      [
        'a file has a header alone',
        'x.csv',
        header,
        [],
        1,
        'x.csv has no rows: there is nothing to import.\n',
      ],
      [
        'a file is compressed',
        'x.csv',
        gzipSync(threeRows),
        [],
        1,
        'x.csv is compressed with gzip; unpack it first (gunzip).\n',
      ],
      [
        'a file is a workbook',
        'x.csv',
        'PK\x03\x04',
        [],
        1,
        'x.csv is a ZIP archive or an Excel workbook; unpack it, or save it as CSV.\n',
      ],
      [
        'a file is UTF-16',
        'x.csv',
        Buffer.from('\ufeffa,b\n', 'utf16le'),
        [],
        1,
        'x.csv is UTF-16; save it as UTF-8.\n',
      ],
      [
        'a header is broken',
        'x.csv',
        'product,"rating\n',
        [],
        1,
        'The header of x.csv cannot be read: A quote that is opened in this row is not closed as it should be; close it, and write a quote inside a value twice.\n',
      ],
      [
        'a header is Latin-1',
        'x.csv',
        Buffer.from('product,Café\n', 'latin1'),
        [],
        1,
        'The header of x.csv cannot be read: The row is not valid UTF-8; save the file as UTF-8, or give --encoding latin1 if it comes from an older Windows program.\n',
      ],
      [
        'a mapped column is not in the header',
        'x.csv',
        threeRows,
        ['--map', 'product=sku,rating=rating'],
        2,
        'The header has no column "sku" for product; it has "product", "rating", "title", "text", "author", "date", "id". Name the right one with --map product=COLUMN.\n',
      ],
      [
        'the format is unknown',
        'x.txt',
        threeRows,
        [],
        2,
        'The name x.txt does not tell its format; add --format csv or --format ndjson.\n',
      ],
      [
        'an option is unknown',
        'x.csv',
        threeRows,
        ['--sauce'],
        2,
        "Unknown option '--sauce'. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- \"--sauce\" See --help.\n",
      ],
      [
        'a format is wrong',
        'x.csv',
        threeRows,
        ['--format', 'xml'],
        2,
        '--format must be csv or ndjson, not xml. See --help.\n',
      ],
      [
        'an encoding is wrong',
        'x.csv',
        threeRows,
        ['--encoding', 'utf-7'],
        2,
        '--encoding must be utf-8 or latin1, not utf-7. See --help.\n',
      ],
      [
        'a delimiter is wrong',
        'x.csv',
        threeRows,
        ['--delimiter', '"'],
        2,
        '--delimiter must be one character such as ; or |, or "tab", but no quote. See --help.\n',
      ],
      [
        'a source is too long',
        'x.csv',
        threeRows,
        ['--source', 'x'.repeat(201)],
        2,
        'The source must have 1 to 200 characters; give one with --source. See --help.\n',
      ],
      [
        'there are two files',
        'x.csv',
        threeRows,
        ['y.csv'],
        2,
        'Name one file to import, not 2. See --help.\n',
      ],
      [
        'a report has no place',
        'x.csv',
        threeRows,
        ['--report', '/nowhere/at/all'],
        1,
        'The report /nowhere/at/all cannot be written; name another file with --report.\n',
      ],
    ];
    for (const [name, fileName, content, options, exitCode, stderr] of cases) {
      it(name, async () => {
        const path = content === undefined ? bench.pathOf(fileName) : await bench.write(fileName, content);
        expect(await bench.run([path, ...options])).to.deep.equal({ exitCode, stdout: '', stderr });
        expect(await bench.count('reviews')).to.equal(0);
      });
    }

    it('a file is a directory, or no file at all', async () => {
      const { exitCode, stderr } = await bench.run([bench.pathOf('.')]);
      expect([exitCode, stderr]).to.deep.equal([1, `${bench.pathOf('.')} is a directory; name a file.\n`]);
      expect((await bench.run(['/dev/null'])).stderr).to.equal(
        '/dev/null is no regular file; save what it gives to a file first.\n',
      );
    });

    it('the report would overwrite the file', async () => {
      const file = await bench.write('x.csv', threeRows);
      expect(await bench.run([file, '--report', file])).to.deep.include({
        exitCode: 2,
        stderr: 'The report cannot be the file itself; name another with --report. See --help.\n',
      });
      const link = `${file}.link`;
      await symlink(file, link);
      expect(await bench.run([file, '--report', link])).to.include({ exitCode: 2 });
      expect(await readFile(file, 'utf8')).to.equal(threeRows);
    });
  });

  it('prints its help and its presets without a database', async () => {
    const help = await bench.run(['--help'], { databaseUrl: 'none' });
    expect([help.exitCode, help.stderr]).to.deep.equal([0, '']);
    expect(help.stdout).to.include('npm run import -- FILE [options]');
    const presets = await bench.run(['--list-presets'], { databaseUrl: 'none' });
    expect(presets.stdout)
      .to.include('amazon: Amazon Reviews 2023')
      .and.to.include('product=parent_asin,rating=rating');
  });
});
