import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { createTestDatabase, waitFor } from 'ct-common-lib/testing';
import { connect } from '../support/api.ts';
import { createImportBench, type ImportBench } from './support.ts';

const rowCount = 12_000;
const rows = Array.from(
  { length: rowCount },
  (_, index) => `sku-${index % 50},${1 + (index % 5)},r${index}\n`,
);
const content = `product,rating,id\n${rows.join('')}`;

describe('npm run import, when something fails', () => {
  let bench: ImportBench;
  let file: string;
  beforeEach(async () => {
    bench = await createImportBench();
    file = await bench.write('x.csv', content);
  });
  afterEach(() => bench.close());

  /** Makes the import stand still in its second chunk until `goOn`: another transaction holds one of its reviews. */
  async function holdSecondChunk() {
    const other = await connect(bench.databaseUrl);
    await other.query(`INSERT INTO products (sku, name) VALUES ('other', 'Other')`);
    await other.query('BEGIN');
    await other.query(
      `INSERT INTO reviews (product_id, rating, source, external_id)
       SELECT id, 1, 'x.csv', 'r7000' FROM products WHERE sku = 'other'`,
    );
    const standing = `
      SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'import' AND wait_event_type = 'Lock'`;
    return {
      /** The process id of the import's connection, as soon as it stands. */
      standing: () =>
        waitFor(
          'the import stands',
          async () => (await bench.sql.query<{ pid: number }>(standing)).rows[0]?.pid,
        ),
      async goOn() {
        await other.query('ROLLBACK');
        await other.end();
      },
    };
  }

  it('keeps the chunks before an interruption whole, nothing of the one that ran, and completes when run again', async () => {
    const chunk = await holdSecondChunk();
    const interruption = new AbortController();
    const interrupted = bench.run([file], { signal: interruption.signal });
    await chunk.standing();
    interruption.abort();
    const { exitCode, stdout, stderr } = await interrupted;
    expect(exitCode).to.equal(130);
    expect(stderr).to.equal(
      'Interrupted: what was written stays, and the same command goes on from there.\n',
    );
    expect(stdout).to.include('5,000 reviews new, 0 already there');
    await chunk.goOn();
    expect(await bench.count('reviews')).to.equal(5_000);

    const again = await bench.run([file]);
    expect(again.exitCode).to.equal(0);
    expect(again.stdout).to.include('7,000 reviews new, 5,000 already there');
    expect([await bench.count('reviews'), await bench.count('outbox')]).to.deep.equal([rowCount, rowCount]);
  });

  it('repeats a chunk whose connection was lost, and loses and doubles nothing', async () => {
    const chunk = await holdSecondChunk();
    const running = bench.run([file]);
    await bench.sql.query('SELECT pg_terminate_backend($1)', [await chunk.standing()]);
    await chunk.goOn();
    const { exitCode, stdout } = await running;
    expect(exitCode).to.equal(0);
    expect(stdout).to.include('12,000 reviews new, 0 already there\n  50 products new');
    expect(stdout).to.include('1 chunk done again');
    expect([await bench.count('reviews'), await bench.count('outbox')]).to.deep.equal([rowCount, rowCount]);
  });

  it('makes a product again that is deleted while its reviews come in', async () => {
    await bench.sql.query(`
      CREATE SEQUENCE inserts;
      CREATE FUNCTION delete_once() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('inserts') = 1 THEN DELETE FROM products WHERE sku = 'sku-7'; END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER delete_once AFTER INSERT ON products FOR EACH STATEMENT EXECUTE FUNCTION delete_once()`);
    const { exitCode, stdout } = await bench.run([file]);
    expect(exitCode).to.equal(0);
    expect(stdout).to.include('12,000 reviews new, 0 already there\n  50 products new');
  });

  it('stops at an error that no repetition heals, says what went in before, and why', async () => {
    await bench.sql.query(`ALTER TABLE reviews ADD CONSTRAINT no_such CHECK (external_id <> 'r7000')`);
    const { exitCode, stdout, stderr } = await bench.run([file]);
    expect(exitCode).to.equal(1);
    expect(stdout)
      .to.include('5,000 reviews new, 0 already there')
      .and.to.include('rows read, but not written');
    expect(stderr).to.match(
      /^An error from the database import_\w+ at \S+: new row for relation "reviews" violates check constraint "no_such" \(23514\)\.\n$/,
    );
    expect(await bench.count('reviews')).to.equal(5_000);
  });

  it('says where the database is that it cannot reach, and never its password', async () => {
    const { exitCode, stdout, stderr } = await bench.run([file], {
      databaseUrl: 'postgres://me:secret@127.0.0.1:1/shop',
    });
    expect([exitCode, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.equal(
      'Cannot reach the database shop at 127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1); start it, or correct DATABASE_URL.\n',
    );
  });

  it('says that a database has no tables yet', async () => {
    const empty = await createTestDatabase({ name: 'empty' });
    const { exitCode, stderr } = await bench.run([file], { databaseUrl: empty.url });
    await empty.drop();
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(
      /^There are no tables of this version in the database empty_.*; start api-service on it once, which creates them\.\n$/,
    );
  });

  it('shows its progress on a terminal, and takes it away again', async () => {
    const { exitCode, stderr } = await bench.run([file], { isTTY: true });
    expect(exitCode).to.equal(0);
    expect(stderr)
      .to.match(/\d+ % \| [\d,]+ rows \| [\d,]+ rows\/s/)
      .and.to.include('\x1b[?25h');
  });

  describe('as a process of its own', () => {
    const start = (env: NodeJS.ProcessEnv, argv: string[]) => {
      const { PATH, HOME, TMPDIR } = process.env;
      const main = new URL('../../src/import/main.ts', import.meta.url).pathname;
      const node = ['--conditions=ct-source', '--import=tsx', main, ...argv];
      return spawn(process.execPath, node, {
        // Coverage of a second process would be merged by offsets that differ from those of this one.
        env: { PATH, HOME, TMPDIR, NODE_V8_COVERAGE: undefined, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    };

    it('works on DATABASE_URL, and rolls back and exits with 130 on Ctrl-C', async () => {
      const chunk = await holdSecondChunk();
      const child = start({ DATABASE_URL: bench.databaseUrl }, [file]);
      await chunk.standing();
      child.kill('SIGINT');
      expect(await once(child, 'exit')).to.deep.equal([130, null]);
      await chunk.goOn();
      expect(await bench.count('reviews')).to.equal(5_000);
    });

    it('exits with 2 and says what to set without DATABASE_URL', async () => {
      const child = start({ DATABASE_URL: '' }, [file]);
      const [exit, said] = await Promise.all([once(child, 'exit'), child.stderr.toArray()]);
      expect([exit, said.join('')]).to.deep.equal([
        [2, null],
        'DATABASE_URL is not set; give the URL of the PostgreSQL that api-service uses.\n',
      ]);
    });
  });
});
