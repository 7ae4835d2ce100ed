import { z } from 'zod';

/** An id in a path or a body. PostgreSQL takes any UUID, so we do; in lower case, as a cache key is made of it. */
export const id = z.guid('must be a UUID').toLowerCase();

/** Of a path. `where`: which answers have such an id. */
export const idParamsOf = (where: string) =>
  z.object({ id: id.meta({ description: `The \`id\` in an answer of ${where}.` }) });

/** As in an answer. */
export const time = z.string().meta({ format: 'date-time', description: 'RFC 3339, UTC.' });

export const version = z.int().min(0).meta({ description: 'Grows with each change.' });

/** What a list answers. `id` names the schema. */
export const pageOf = (id: string, item: z.ZodType) =>
  z
    .strictObject({
      data: z.array(item),
      nextCursor: z
        .string()
        .nullable()
        .meta({ description: 'The `cursor` of the next page; null: this is the last one.' }),
    })
    .meta({ id });

/** A page that is followed by another, for the description. */
export const pageExample = (item: object) => ({
  data: [item],
  nextCursor: 'Rm9yIGFuIGV4YW1wbGUgb25seQ',
});

/** Text that PostgreSQL can hold, of 1 to `max` characters. */
export const text = (max: number) =>
  z
    .string('must be text')
    // Not min and max, which would measure an array too.
    .refine((value) => value.trim() !== '', { error: 'must not be empty' })
    .refine((value) => value.length <= max, { error: `must have at most ${max} characters` })
    .refine((value) => !value.includes('\0'), { error: 'must not contain the character U+0000' })
    .refine((value) => value.isWellFormed(), {
      error: 'must be well-formed Unicode: it holds a lone surrogate',
    })
    .meta({ minLength: 1, maxLength: max });

const pageSize = 'must be a whole number from 1 to 100';

export const pageLimit = z
  .string(pageSize)
  .regex(/^([1-9]\d?|100)$/, pageSize)
  .transform(Number)
  .default(20)
  .meta({ description: 'Items of a page. Default 20.' });

/** Long enough for a name of 200 characters that JSON escapes, each in 6 bytes. */
export const cursor = z.string().max(2_000).optional().meta({
  description:
    'The `nextCursor` of the page before, with the same sort and filters; without one it is the first page.',
});
