import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runMigrations } from 'ct-common-lib/postgres';
import { createTestDatabase } from 'ct-common-lib/testing';
import { migrations } from '../../src/db/migrations/index.ts';
import { runImport } from '../../src/import/run-import.ts';
import { connect, silent } from '../support/api.ts';

interface RunOptions {
  /** Default: the bench's own. */
  databaseUrl?: string;
  /** Whether standard error is a terminal. Default: no. */
  isTTY?: boolean;
  signal?: AbortSignal;
}

/** A migrated database and a directory, with the import as a person would run it on a file in there. */
export async function createImportBench() {
  const database = await createTestDatabase({ name: 'import' });
  await runMigrations({ url: database.url, migrations, log: silent });
  const sql = await connect(database.url);
  const directory = await mkdtemp(join(tmpdir(), 'ct-import-'));
  const pathOf = (name: string) => join(directory, name);

  return {
    databaseUrl: database.url,
    sql,
    pathOf,

    /** Writes a file and gives its path. */
    async write(name: string, content: string | Buffer) {
      await writeFile(pathOf(name), content);
      return pathOf(name);
    },

    /** The lines of an error report; undefined without one. */
    async report(name: string): Promise<unknown[] | undefined> {
      const text = await readFile(pathOf(name), 'utf8').catch(() => undefined);
      return text
        ?.trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
    },

    /** Runs the command; output has the directory taken out, and times. */
    async run(argv: string[], { databaseUrl = database.url, isTTY = false, signal }: RunOptions = {}) {
      let stdout = '';
      const terminal = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });
      const exitCode = await runImport(argv, {
        withDatabase: (work) => work(databaseUrl),
        stdout: { write: (text: string) => (stdout += text) },
        stderr: terminal,
        ...(signal && { signal }),
      });
      const stderr = (terminal.read() as string | null) ?? '';
      const tidy = (text: string) => text.replaceAll(`${directory}/`, '').replace(/in \d+\.\d s/, 'in 0.0 s');
      return { exitCode, stdout: tidy(stdout), stderr: tidy(stderr) };
    },

    async count(table: 'products' | 'reviews' | 'outbox'): Promise<number> {
      const { rows } = await sql.query<{ count: string }>(`SELECT count(*) FROM ${table}`);
      return Number(rows[0]?.count);
    },

    async close() {
      await sql.end();
      await database.drop();
      await rm(directory, { recursive: true });
    },
  };
}

export type ImportBench = Awaited<ReturnType<typeof createImportBench>>;
