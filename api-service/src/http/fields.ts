import { z } from 'zod';

/** An id in a path or a body. PostgreSQL takes any UUID, so we do; in lower case, as a cache key is made of it. */
export const id = z.guid('must be a UUID').toLowerCase();

export const idParams = z.object({ id });

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
    });

const pageSize = 'must be a whole number from 1 to 100';

export const pageLimit = z
  .string(pageSize)
  .regex(/^([1-9]\d?|100)$/, pageSize)
  .transform(Number)
  .default(20);

/** Long enough for a name of 200 characters that JSON escapes, each in 6 bytes. */
export const cursor = z.string().max(2_000).optional();
