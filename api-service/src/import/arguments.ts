import { basename, extname } from 'node:path';
import { parseArgs } from 'node:util';
import { ImportError } from './import-error.ts';
import { importLimits } from './limits.ts';
import { createMapping, fields, type Mapping } from './mapping.ts';
import { presets } from './presets.ts';
import type { Encoding } from './source-row.ts';

export interface ImportArguments {
  file: string;
  /** Undefined: the file's name does not tell. */
  format: 'csv' | 'ndjson' | undefined;
  mapping: Mapping;
  delimiter: string;
  encoding: Encoding;
  source: string;
  report: string;
  dryRun: boolean;
}

const options = {
  map: { type: 'string', multiple: true, default: [] as string[] },
  preset: { type: 'string' },
  'list-presets': { type: 'boolean', default: false },
  format: { type: 'string' },
  delimiter: { type: 'string', default: ',' },
  encoding: { type: 'string', default: 'utf-8' },
  source: { type: 'string' },
  report: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export const help = `Imports reviews, and the products that they need, from a CSV or NDJSON file.

  npm run import -- FILE [options]

  --map FIELD=COLUMN,…   where each field comes from: a column's name in the header, or a path such as
                         user.name in a JSON object. COLUMN may be empty (id=): the column without a name.
                         May be given several times. Quote it for the shell if a name holds spaces.
  --preset NAME          the columns of a known kind of file; --map overrides single ones.
                         Default: native, if there is no --map
  --list-presets         says which there are
  --format csv|ndjson    default: by the extension, .csv, .ndjson or .jsonl
  --delimiter CHARACTER  of a CSV file: one character, or "tab". Default: a comma
  --encoding ENCODING    utf-8 (default) or latin1 (windows-1252)
  --source NAME          where the reviews come from; their ids are unique in it. Default: the file's name
  --report PATH          where refused rows are reported. Default: FILE.errors.ndjson
  --dry-run              checks everything and writes nothing but the report
  --help                 prints this

Fields: ${fields.join(', ')}.
  product (the SKU) and rating (1 to 5) are required. Products that are not there yet are created, named
  productName or else as their SKU. date is ISO 8601, epoch seconds or milliseconds; without one it is now.
  id tells a review apart from others of its source: one that is there already, even if edited or deleted
  since, is left alone, so the same file may be imported again. Without an id a review's line in the file
  counts (two customers may well write the same), so keep rows in their place or give each file its --source.

Exit code: 0 if every row is in, 1 if rows were refused or the import failed, 2 if the command is wrong, 130 if
it was interrupted (what went in stays; the same command goes on).
`;

/** The text that \`--list-presets\` prints. */
export function describePresets(): string {
  return presets
    .map(({ name, description, columns }) => {
      const map = Object.entries(columns).map(([field, column]) => `${field}=${column}`);
      return `${name}: ${description}\n  ${map.join(',')}\n`;
    })
    .join('');
}

/** Reads the command line. Throws {@link ImportError} with exit code 2 on a wrong one. */
export function parseArguments(argv: string[]): ImportArguments | 'help' | 'list-presets' {
  const { values, positionals } = parse(argv);
  if (values.help) return 'help';
  if (values['list-presets']) return 'list-presets';
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw usage(`Name one file to import, not ${positionals.length}.`);
  const report = values.report ?? `${file}.errors.ndjson`;
  const source = values.source ?? basename(file);
  if (source === '' || source.length > importLimits.source || source.includes('\0')) {
    throw usage(`The source must have 1 to ${importLimits.source} characters; give one with --source.`);
  }
  return {
    file,
    format: oneOf('format', values.format ?? formatByExtension(file), ['csv', 'ndjson', undefined]),
    mapping: createMapping({ map: values.map, preset: values.preset }),
    delimiter: parseDelimiter(values.delimiter),
    encoding: oneOf('encoding', values.encoding, ['utf-8', 'latin1']),
    source,
    report,
    dryRun: values['dry-run'],
  };
}

function parse(argv: string[]) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true });
  } catch (cause) {
    throw new ImportError('USAGE', `${(cause as Error).message} See --help.`, { cause });
  }
}

function formatByExtension(file: string): 'csv' | 'ndjson' | undefined {
  const extension = extname(file).toLowerCase();
  if (extension === '.csv') return 'csv';
  return extension === '.ndjson' || extension === '.jsonl' ? 'ndjson' : undefined;
}

function parseDelimiter(given: string): string {
  const delimiter = given === 'tab' || given === '\\t' ? '\t' : given;
  if (/^[\t\x20-\x7e]$/.test(delimiter) && delimiter !== '"') return delimiter;
  throw usage('--delimiter must be one character such as ; or |, or "tab", but no quote.');
}

function oneOf<T extends string | undefined>(
  option: string,
  given: string | undefined,
  known: readonly T[],
): T {
  const found = known.find((candidate) => candidate === given);
  if (found === given) return found as T;
  throw usage(
    `--${option} must be ${known.filter((name) => name !== undefined).join(' or ')}, not ${given}.`,
  );
}

const usage = (sentence: string) => new ImportError('USAGE', `${sentence} See --help.`);
