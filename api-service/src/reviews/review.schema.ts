import { z } from 'zod';
import { cursor, id, pageLimit, text } from '../http/fields.ts';

/** The longest texts, in characters (UTF-16 code units). */
export const reviewLimits = { title: 200, text: 10_000, authorName: 100 } as const;

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

export const newReviewSchema = z.strictObject({ productId: id, ...wholeFields });

/** A full replacement: what is left out is null. `productId` may be repeated, but never changes. */
export const reviewReplacementSchema = z.strictObject({ productId: id.optional(), ...wholeFields });

/** A merge patch (RFC 7396): what is left out stays, null clears. */
export const reviewPatchSchema = z.strictObject({ productId: id.optional(), ...fields }).partial();

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
    .optional(),
});

export type ReviewQuery = z.output<typeof reviewQuerySchema>;
