import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import { findLineEnd, findRecordEnd, isBlank } from './csv-records.ts';
import { fromLatin1, notUtf8, type Encoding, type SourceRow } from './source-row.ts';

export interface CsvOptions {
  /** One ASCII character. Default: a comma. */
  delimiter?: string | undefined;
  /** Default `utf-8`. */
  encoding?: Encoding | undefined;
}

type CsvRow = SourceRow<string[]>;

// One call for many records is several times as fast as a call for each; more of them gain nothing.
const recordsPerCall = 256;

const tooLong = 'The row is longer than 4 MiB; shorten it';
const unclosed =
  'A quote that is opened in this row is not closed as it should be; close it, and write a quote inside a value twice';
const faults: Record<string, string> = {
  INVALID_OPENING_QUOTE:
    'A quote stands inside a value that is not quoted; put the value in quotes, and write the quote inside it twice',
  CSV_INVALID_CLOSING_QUOTE:
    'A quoted value goes on after its closing quote; write a quote inside a value twice',
};

/**
 * Reads RFC 4180, the header first and then row by row, holding 4 MiB or 100,000 lines of one record at the most.
 * A broken row is one error and takes no row after it along: if a record does not parse, its first line is the
 * bad row, and reading goes on with the next line. That stays linear, as every line between two with an odd
 * number of quotes is a record of its own.
 */
export async function* readCsv(
  source: AsyncIterable<Buffer>,
  options: CsvOptions = {},
): AsyncGenerator<CsvRow> {
  const reader = createCsvReader(options);
  for await (const chunk of source) yield* reader.read(chunk);
  yield* reader.end();
}

function createCsvReader({ delimiter = ',', encoding = 'utf-8' }: CsvOptions) {
  const parseRecords = createParser(delimiter, encoding);
  let buffer: Buffer = Buffer.alloc(0);
  /** The line in which `buffer` starts. */
  let line = 1;
  /** How many columns the header has; undefined until it was read. */
  let columns: number | undefined;
  /** Shrinks around a broken record until it stands alone, and grows again after it. */
  let atOnce = 1;
  /** The rest of this line is to be left out. */
  let skipping = false;

  /** The complete records from `start` on that are parsed in one call, each by the line that it starts in. */
  function collect(start: number, last: boolean) {
    const records: number[] = [];
    let end = start;
    let endLine = line;
    while (end < buffer.length && records.length < atOnce) {
      const record = findRecordEnd(buffer, end, last);
      if (typeof record === 'string') return { records, end, endLine, stop: record };
      const blank = isBlank(buffer, end, record.end);
      if (!blank) records.push(endLine);
      end = record.end;
      endLine += record.lines;
      // Blank lines before a record are passed over first, so that its first line is the slice's.
      if (blank && records.length === 0) break;
    }
    return { records, end, endLine, stop: undefined };
  }

  /** The rows of a slice of records; undefined if any of them is broken. */
  function parseSlice(bytes: Buffer, count: number): string[][] | undefined {
    const rows = parseRecords(bytes);
    if (typeof rows === 'string' || rows.length !== count) return undefined;
    if (encoding === 'utf-8' && !isUtf8(bytes)) return undefined;
    return columns === undefined || rows.every((row) => row.length === columns) ? rows : undefined;
  }

  /** What is wrong with one record, and whether all of its lines belong to it. */
  function diagnose(bytes: Buffer): { error: string; whole: boolean } {
    const rows = parseRecords(bytes);
    if (typeof rows === 'string') return { error: quoteFault(bytes), whole: false };
    const width = rows[0]?.length ?? 0;
    if (columns === undefined || width === columns) return { error: notUtf8, whole: true };
    return { error: wrongWidth(width, columns, delimiter), whole: !holdsRow(bytes) };
  }

  function quoteFault(bytes: Buffer): string {
    const firstLine = parseRecords(bytes.subarray(0, findLineEnd(bytes, 0)));
    return (typeof firstLine === 'string' && faults[firstLine]) || unclosed;
  }

  /** Whether a row may begin inside the record, as where the quotes of two broken rows found one another. */
  function holdsRow(bytes: Buffer): boolean {
    for (let start = findLineEnd(bytes, 0); start !== undefined && start < bytes.length;) {
      const end = findLineEnd(bytes, start);
      const rows = parseRecords(bytes.subarray(start, end));
      if (typeof rows === 'string' ? rows === 'CSV_QUOTE_NOT_CLOSED' : rows[0]?.length === columns)
        return true;
      start = end;
    }
    return false;
  }

  function drain(last: boolean): CsvRow[] {
    const out: CsvRow[] = [];
    let start = 0;
    while (start < buffer.length) {
      if (skipping) {
        const next = findLineEnd(buffer, start);
        start = next ?? buffer.length;
        if (next === undefined) break;
        skipping = false;
        line++;
        continue;
      }
      const { records, end, endLine, stop } = collect(start, last);
      if (end === start) {
        if (stop === 'incomplete') break;
        out.push({ line, error: stop === 'too long' ? tooLong : quoteFault(buffer.subarray(start)) });
        skipping = true;
        continue;
      }
      const bytes = buffer.subarray(start, end);
      const rows = parseSlice(bytes, records.length);
      if (rows) {
        columns ??= rows[0]?.length;
        if (rows.length > 0) atOnce = Math.min(recordsPerCall, atOnce * 2);
        rows.forEach((fields, index) => out.push({ line: records[index] ?? line, fields }));
      } else if (records.length > 1) {
        atOnce = Math.max(1, records.length >> 3);
        continue;
      } else {
        const { error, whole } = diagnose(bytes);
        out.push({ line: records[0] ?? line, error });
        skipping = !whole;
        if (skipping) continue;
      }
      start = end;
      line = endLine;
    }
    buffer = buffer.subarray(start);
    return out;
  }

  return {
    /** The rows that are complete with these bytes. */
    read(chunk: Buffer): CsvRow[] {
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
      return drain(false);
    },
    /** What is left when no more bytes follow. */
    end: () => drain(true),
  };
}

/** Parses complete records: their values, or csv-parse's code of what is wrong with one of them. */
function createParser(delimiter: string, encoding: Encoding) {
  const options = {
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    encoding: encoding === 'latin1' ? ('latin1' as const) : ('utf8' as const),
  };
  return (bytes: Buffer): string[][] | string => {
    try {
      const rows = parse(bytes, options);
      return encoding === 'latin1' ? rows.map((row) => row.map(fromLatin1)) : rows;
    } catch (error) {
      if (error instanceof CsvError) return error.code;
      throw error;
    }
  };
}

function wrongWidth(width: number, columns: number, delimiter: string): string {
  const found = `The row has ${width} ${width === 1 ? 'column' : 'columns'} where the header has ${columns}`;
  if (width < columns) return `${found}; add what is missing, if only as an empty value`;
  return `${found}; put a value that holds a ${JSON.stringify(delimiter)} in quotes`;
}
