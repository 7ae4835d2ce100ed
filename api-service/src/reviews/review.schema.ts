import { z } from 'zod';
import { cursor, id, pageLimit, pageOf, text, time, version } from '../http/fields.ts';

/** The longest texts, in characters (UTF-16 code units). */
export const reviewLimits = { title: 200, text: 10_000, authorName: 100 } as const;

const statuses = ['pending', 'approved', 'rejected'] as const;

const stars = 'must be a whole number from 1 to 5';
const rating = z.number(stars).int(stars).min(1, stars).max(5, stars);

const fields = {
  rating,
  title: text(reviewLimits.title).nullable(),
  text: text(reviewLimits.text).nullable(),
  authorName: text(reviewLimits.authorName).nullable(),
};

const wholeFields = {
  rating,
  title: fields.title.default(null),
  text: fields.text.default(null),
  authorName: fields.authorName.default(null),
};

/** As the subject of a token: whoever writes a review is stored as its author. */
export const authorIdSchema = text(200);

export const newReviewSchema = z
  .strictObject({
    productId: id.meta({ description: 'The `id` in an answer of `POST` or `GET /api/products`.' }),
    ...wholeFields,
    authorId: authorIdSchema
      .nullable()
      .default(null)
      .meta({ description: 'For whom a program writes. Whoever writes with a token is the author.' }),
  })
  .meta({ id: 'NewReview', description: 'What is left out is null.' });

/** A full replacement: what is left out is null. `productId` may be repeated, but never changes. */
export const reviewReplacementSchema = z.strictObject({ productId: id.optional(), ...wholeFields }).meta({
  id: 'ReviewReplacement',
  description: 'What is left out becomes null. `productId` may be repeated, but never changes.',
});

/** A merge patch (RFC 7396): what is left out stays, null clears. */
export const reviewPatchSchema = z
  .strictObject({
    productId: id.optional(),
    ...fields,
    status: z
      .enum(statuses, { error: `must be one of ${statuses.join(', ')}` })
      .meta({ description: 'For moderators: only approved reviews are listed and count.' }),
  })
  .partial()
  .meta({ id: 'ReviewPatch', description: 'RFC 7396: what is left out stays, null clears.' });

const stored = z.string().nullable();

/** As it is answered. */
export const reviewSchema = z
  .strictObject({
    id: z.guid(),
    productId: z.guid(),
    rating: z.int().min(1).max(5),
    title: stored,
    text: stored,
    author: z.strictObject({ id: stored, name: stored }),
    status: z.enum(statuses).meta({
      description: 'Only approved reviews are listed and count.',
    }),
    version,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Review' });

export const reviewPageSchema = pageOf('ReviewPage', reviewSchema);

export type NewReview = z.output<typeof newReviewSchema>;
export type ReviewReplacement = z.output<typeof reviewReplacementSchema>;
export type ReviewPatch = z.output<typeof reviewPatchSchema>;

export const reviewSorts = ['-createdAt', 'createdAt', '-rating', 'rating'] as const;

export const reviewQuerySchema = z.strictObject({
  limit: pageLimit,
  cursor,
  sort: z.enum(reviewSorts).default('-createdAt'),
  /** Stars, separated by commas; sorted and once each, so that one filter has one cache entry. */
  rating: z
    .string()
    .regex(/^[1-5](,[1-5])*$/, 'must be stars from 1 to 5, separated by commas, e.g. 4,5')
    .transform((list) => [...new Set(list.split(','))].map(Number).sort())
    .optional()
    .meta({ description: 'Only reviews with these stars, e.g. `4,5`.' }),
});

export type ReviewQuery = z.output<typeof reviewQuerySchema>;
