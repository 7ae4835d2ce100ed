import { ImportError } from './import-error.ts';
import { presets } from './presets.ts';

/** What an import can take from a row. */
export const fields = ['product', 'productName', 'rating', 'title', 'text', 'author', 'date', 'id'] as const;

export type Field = (typeof fields)[number];

export interface MappedColumn {
  /** The column's name in a CSV header (it may be empty), or a dotted path in a JSON object. */
  column: string;
  /** Whether the file has to have it. A preset's optional columns may be absent. */
  required: boolean;
}

export type Mapping = Partial<Record<Field, MappedColumn>>;

export interface MappingOptions {
  /** Values of `--map`: `field=column`, several separated by commas; a later one wins. */
  map: string[];
  /** Default: `native`, if `map` is empty. */
  preset?: string | undefined;
}

/** Says where each field comes from: the preset, overridden by `map`. Throws {@link ImportError} on a wrong one. */
export function createMapping({
  map,
  preset = map.length === 0 ? 'native' : undefined,
}: MappingOptions): Mapping {
  const mapping: Mapping = {};
  for (const [field, column] of Object.entries(preset === undefined ? {} : findPreset(preset).columns)) {
    if (isField(field)) mapping[field] = { column, required: isNeeded(field) };
  }
  for (const [field, column] of map.flatMap(parseMap)) mapping[field] = { column, required: true };
  for (const field of fields.filter(isNeeded)) {
    if (!mapping[field]) {
      throw new ImportError('USAGE', `Nothing is mapped to ${field}; add ${field}=COLUMN to --map.`);
    }
  }
  return mapping;
}

/** Takes the mapped values out of a CSV row. Throws {@link ImportError} if the header lacks a column or has it twice. */
export function pickFromCsv(mapping: Mapping, header: string[]) {
  const names = header.map((name) => name.trim());
  const places = Object.entries(mapping).flatMap(([field, { column, required }]) => {
    const index = names.indexOf(column);
    if (index === -1 && required) {
      const known = names.map((name) => JSON.stringify(name)).join(', ');
      throw new ImportError(
        'USAGE',
        `The header has no column ${JSON.stringify(column)} for ${field}; it has ${known}. Name the right one with --map ${field}=COLUMN.`,
      );
    }
    if (index !== names.lastIndexOf(column)) {
      throw new ImportError(
        'USAGE',
        `The header has the column ${JSON.stringify(column)} twice; rename one of them.`,
      );
    }
    return index === -1 ? [] : [[field, index] as const];
  });
  return (row: string[]) => Object.fromEntries(places.map(([field, index]) => [field, row[index]]));
}

/** Takes the mapped values out of a JSON object: a key of that very name, or else a dotted path. */
export function pickFromJson(mapping: Mapping) {
  const paths = Object.entries(mapping).map(
    ([field, { column }]) => [field, column, column.split('.')] as const,
  );
  return (row: Record<string, unknown>) =>
    Object.fromEntries(
      paths.map(([field, key, path]) => [field, child(row, key) ?? path.reduce(child, row as unknown)]),
    );
}

function child(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function findPreset(name: string) {
  const preset = presets.find((candidate) => candidate.name === name);
  if (preset) return preset;
  const known = presets.map((candidate) => candidate.name).join(', ');
  throw new ImportError('USAGE', `There is no preset ${JSON.stringify(name)}; there are ${known}.`);
}

function parseMap(value: string): [Field, string][] {
  // Only a comma that another "field=" follows separates: a column's name may hold commas of its own.
  return value.split(/,(?=\s*\w+\s*=)/).map((part) => {
    const [name = '', ...rest] = part.split('=');
    const field = name.trim();
    if (rest.length === 0) {
      throw new ImportError(
        'USAGE',
        `--map ${JSON.stringify(part)} has no "="; write field=column, e.g. product=SKU.`,
      );
    }
    if (!isField(field)) {
      throw new ImportError(
        'USAGE',
        `--map knows no field ${JSON.stringify(field)}; the fields are ${fields.join(', ')}.`,
      );
    }
    return [field, rest.join('=').trim()];
  });
}

const isField = (name: string): name is Field => (fields as readonly string[]).includes(name);
const isNeeded = (field: Field) => field === 'product' || field === 'rating';
