import { isUtf8 } from 'node:buffer';
import { maxRecordBytes } from './limits.ts';
import { fromLatin1, notUtf8, type Encoding, type SourceRow } from './source-row.ts';

type JsonRow = SourceRow<Record<string, unknown>>;

const newline = 10;
const tooLong = 'The row is longer than 4 MiB; shorten it';

/** Reads one JSON object a line. Blank lines are left out; a broken line is one error. Holds 4 MiB of a line at the most. */
export async function* readNdjson(
  source: AsyncIterable<Buffer>,
  { encoding = 'utf-8' }: { encoding?: Encoding | undefined } = {},
): AsyncGenerator<JsonRow> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  /** The rest of this line is to be left out. */
  let skipping = false;

  function* lines(chunk: Buffer): Generator<JsonRow> {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      if (!skipping) yield* readLine(bytes.subarray(start, end), line, encoding);
      skipping = false;
      start = end + 1;
      line++;
    }
    rest = skipping ? Buffer.alloc(0) : bytes.subarray(start);
    if (rest.length <= maxRecordBytes) return;
    yield { line, error: tooLong };
    skipping = true;
    rest = Buffer.alloc(0);
  }

  for await (const chunk of source) yield* lines(chunk);
  if (rest.length > 0) yield* readLine(rest, line, encoding);
}

function readLine(bytes: Buffer, line: number, encoding: Encoding): JsonRow[] {
  if (bytes.length > maxRecordBytes) return [{ line, error: tooLong }];
  if (encoding === 'utf-8' && !isUtf8(bytes)) return [{ line, error: notUtf8 }];
  const text = encoding === 'latin1' ? fromLatin1(bytes.toString('latin1')) : bytes.toString('utf8');
  if (text.trim() === '') return [];
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return [{ line, error: 'The line is not JSON; write one whole JSON object on each line' }];
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return [{ line, fields: json as Record<string, unknown> }];
  }
  return [{ line, error: 'The line is JSON, but no object; write one JSON object on each line' }];
}
