import type { ImportArguments } from './arguments.ts';
import { readCsv } from './csv-reader.ts';
import type { FileBytes } from './file-bytes.ts';
import { ImportError } from './import-error.ts';
import { pickFromCsv, pickFromJson, type Field } from './mapping.ts';
import { readNdjson } from './ndjson-reader.ts';
import type { SourceRow } from './source-row.ts';

type MappedRow = SourceRow<Partial<Record<Field, unknown>>>;

/** The mapped values of a file, row by row. Reads a CSV header, and throws {@link ImportError} if it does not fit. */
export async function openRows(
  bytes: FileBytes,
  { file, format, mapping, delimiter, encoding }: ImportArguments,
): Promise<AsyncGenerator<MappedRow>> {
  if (format === undefined) {
    throw new ImportError(
      'USAGE',
      `The name ${file} does not tell its format; add --format csv or --format ndjson.`,
    );
  }
  if (format === 'ndjson') return mapRows(readNdjson(bytes.bytes(), { encoding }), pickFromJson(mapping));
  const rows = readCsv(bytes.bytes(), { delimiter, encoding });
  const first = await rows.next();
  if (first.done) throw new ImportError('INPUT', `${file} holds no rows: there is nothing to import.`);
  const header = first.value;
  if ('error' in header)
    throw new ImportError('INPUT', `The header of ${file} cannot be read: ${header.error}.`);
  return mapRows(rows, pickFromCsv(mapping, header.fields));
}

async function* mapRows<T>(
  rows: AsyncGenerator<SourceRow<T>>,
  pick: (fields: T) => Partial<Record<Field, unknown>>,
) {
  for await (const row of rows) yield 'error' in row ? row : { line: row.line, fields: pick(row.fields) };
}
