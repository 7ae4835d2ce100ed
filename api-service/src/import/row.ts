import { z } from 'zod';
import { importLimits } from './limits.ts';
import type { Field, Mapping } from './mapping.ts';
import { parseDate } from './parse-date.ts';

export type ImportedReview = z.output<typeof reviewSchema> & { externalId: string };

/** A review that can be loaded, or what is wrong with the row: a sentence for each faulty column. */
export type ParsedRow = { review: ImportedReview } | { columns: string[]; error: string };

/** Turns a row's mapped values into a review. Empty values are null; texts are trimmed at both ends. */
export function createRowParser(mapping: Mapping) {
  return (values: Partial<Record<Field, unknown>>, line: number): ParsedRow => {
    const { success, data, error } = reviewSchema.safeParse(values);
    const needsId = mapping.id !== undefined && values.id !== undefined;
    if (success && (data.id !== null || !needsId)) {
      // Not the text: two customers may write the same about the same product.
      return { review: { ...data, externalId: data.id ?? `line:${line}` } };
    }
    const faults = new Map<Field, string>();
    for (const issue of error?.issues ?? []) {
      const field = issue.path[0] as Field;
      if (!faults.has(field)) faults.set(field, issue.message);
    }
    if (success) faults.set('id', 'is empty; fill it in, or leave id out of --map');
    const columns = [...faults.keys()].map((field) => mapping[field]?.column ?? field);
    const sentences = [...faults.values()].map(
      (fault, index) => `Column ${JSON.stringify(columns[index])} ${fault}`,
    );
    return { columns, error: sentences.join('. ') };
  };
}

const shown = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
};

/** Numbers of JSON become text; whatever else is no text is left to be refused. */
const toText = (value: unknown) => {
  if (typeof value === 'string') return value.trim() || null;
  const isExact = typeof value === 'number' && (!Number.isInteger(value) || Number.isSafeInteger(value));
  return isExact ? String(value) : (value ?? null);
};

const notText = ({ input }: { input?: unknown }) =>
  typeof input === 'number'
    ? 'is a number too large to be read exactly; write it in quotes'
    : `is ${shown(input)}, which is no text; map a value inside it, such as author=user.name`;

const storable = (limit: number, { empty }: { empty?: string } = {}) =>
  z
    .string({ error: (issue) => (issue.input === null && empty ? `is empty; ${empty}` : notText(issue)) })
    .max(limit, {
      error: ({ input }) =>
        `has ${(input as string).length.toLocaleString('en')} characters; shorten it to ${limit.toLocaleString('en')}`,
    })
    .refine((text) => !text.includes('\0'), 'holds a NUL character, which no database text can; remove it')
    .refine((text) => text.isWellFormed(), 'holds half of a character (a lone surrogate); correct it');

const optional = (limit: number) => z.preprocess(toText, storable(limit).nullable());

const rating = z.preprocess(
  toText,
  z
    .string({
      error: ({ input }) =>
        input === null ? 'is empty; give a whole number from 1 to 5' : notText({ input }),
    })
    .regex(/^[1-5](\.0+)?$/, { error: ({ input }) => `is ${shown(input)}; give a whole number from 1 to 5` })
    .transform((text) => Number.parseInt(text, 10)),
);

const dayMs = 24 * 60 * 60 * 1000;

const date = z.preprocess(
  toText,
  z
    .string({ error: notText })
    .transform((text, context) => {
      const time = parseDate(text);
      if (time !== undefined && time.getTime() <= Date.now() + dayMs) return time;
      const message = time
        ? `is ${shown(text)}, which lies in the future; correct it`
        : `is ${shown(text)}; give a date such as 2024-05-31 or 2024-05-31T12:00:00Z, or epoch seconds or milliseconds`;
      context.issues.push({ code: 'custom', message, input: text });
      return z.NEVER;
    })
    .nullable(),
);

const reviewSchema = z.object({
  product: z.preprocess(
    toText,
    storable(importLimits.product, { empty: 'every review needs the SKU of its product' }),
  ),
  productName: optional(importLimits.productName),
  rating,
  title: optional(importLimits.title),
  text: optional(importLimits.text),
  author: optional(importLimits.author),
  date,
  id: optional(importLimits.id),
});
