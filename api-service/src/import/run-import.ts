import { AppError } from 'ct-common-lib';
import { describePresets, help, parseArguments, type ImportArguments } from './arguments.ts';
import { openFile, type FileBytes } from './file-bytes.ts';
import { ImportError } from './import-error.ts';
import { createLoader, type Loader } from './load.ts';
import { openRows } from './open-rows.ts';
import { createProgress } from './progress.ts';
import { createReport, type RefusedRow } from './report.ts';
import { createRowParser, type ImportedReview } from './row.ts';
import { describeResult, type ImportResult } from './summary.ts';

export interface RunImportOptions {
  /** Lends the database; called once the file and its header were found good. */
  withDatabase: <T>(work: (databaseUrl: string) => Promise<T>) => Promise<T>;
  /** The summary goes here. Default: standard output. */
  stdout?: { write(text: string): unknown };
  /** Faults and, if it is a terminal, the progress go here. Default: standard error. */
  stderr?: NodeJS.WritableStream;
  /** Interrupts the import: the running chunk is rolled back. */
  signal?: AbortSignal;
}

/** One transaction: large enough for COPY to pay, small enough to be repeated, and in bytes for long texts. */
const chunkRows = 5_000;
const chunkCharacters = 8 * 1024 * 1024;

/** Refused rows that are shown at once; the report has all of them. */
const shownFaults = 5;

/**
 * Runs the command with its arguments (see `help`) and gives the exit code: 0 if every row is in, 1 if rows were
 * refused or it failed, 2 if the command is wrong, 130 if it was interrupted. Throws only what is a bug.
 */
export async function runImport(
  argv: string[],
  {
    withDatabase,
    stdout = process.stdout,
    stderr = process.stderr,
    signal = new AbortController().signal,
  }: RunImportOptions,
): Promise<number> {
  try {
    const given = parseArguments(argv);
    if (given === 'help' || given === 'list-presets') {
      stdout.write(given === 'help' ? help : describePresets());
      return 0;
    }
    const file = await openFile(given.file);
    try {
      return await importFile(file, given, { withDatabase, stdout, stderr, signal });
    } finally {
      await file.close();
    }
  } catch (error) {
    if (signal.aborted) {
      stderr.write('Interrupted: what was written stays, and the same command goes on from there.\n');
      return 130;
    }
    if (!(error instanceof AppError)) throw error;
    stderr.write(`${error.message}\n`);
    return error instanceof ImportError ? error.exitCode : 1;
  }
}

async function importFile(
  file: FileBytes,
  given: ImportArguments,
  options: Required<RunImportOptions>,
): Promise<number> {
  const { withDatabase, stdout, stderr, signal } = options;
  let started = performance.now();
  const parseRow = createRowParser(given.mapping);
  const rows = await openRows(file, given);
  const report = await createReport(given.report, given.file);
  const progress = createProgress(stderr, file.size);
  const result: ImportResult = {
    file: given.file,
    dryRun: given.dryRun,
    read: 0,
    refused: 0,
    faults: [],
    report: given.report,
    totals: { rows: 0, newReviews: 0, newProducts: 0, repeats: 0 },
    byLine: false,
    seconds: 0,
  };

  async function refuse(row: RefusedRow) {
    result.refused++;
    if (result.faults.length < shownFaults) result.faults.push(row);
    await report.add(row);
  }

  async function loadAll(loader: Loader) {
    let chunk: ImportedReview[] = [];
    let characters = 0;
    let loading = Promise.resolve();

    /** Waits for the chunk before and loads this one while the next is read. */
    async function hand() {
      await loading;
      loading = loader.load(chunk);
      // Awaited above or at the end, but until then it would count as unhandled.
      loading.catch(() => {});
      chunk = [];
      characters = 0;
    }

    try {
      for await (const row of rows) {
        signal.throwIfAborted();
        if (++result.read % 1_000 === 0) progress.update(file.bytesRead(), result.read);
        const parsed = 'error' in row ? row : parseRow(row.fields, row.line);
        if ('error' in parsed) {
          await refuse({ ...parsed, line: row.line });
          continue;
        }
        chunk.push(parsed.review);
        characters += parsed.review.text?.length ?? 0;
        result.byLine ||= parsed.review.id === null;
        if (chunk.length === chunkRows || characters >= chunkCharacters) await hand();
      }
      if (chunk.length > 0) await hand();
    } finally {
      await loading;
    }
  }

  async function run(databaseUrl: string) {
    const loader = await createLoader({ databaseUrl, source: given.source, dryRun: given.dryRun, signal });
    result.totals = loader.totals;
    // The database may have had to be started first.
    started = performance.now();
    try {
      await loadAll(loader);
    } finally {
      await loader.close();
    }
  }

  try {
    await withDatabase(run);
  } finally {
    progress.stop();
    await report.close();
    result.seconds = (performance.now() - started) / 1000;
    if (result.read > 0) stdout.write(describeResult(result));
  }
  if (result.read === 0)
    throw new ImportError('INPUT', `${given.file} has no rows: there is nothing to import.`);
  return result.refused > 0 ? 1 : 0;
}
