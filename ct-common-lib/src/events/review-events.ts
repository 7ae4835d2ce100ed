import { z } from 'zod';
import { envelopeSchema } from './envelope.ts';

/** What a review counts for, at one version of it. */
export const reviewDataSchema = z.object({
  reviewId: z.guid().toLowerCase(),
  productId: z.guid().toLowerCase(),
  /** 1 to 5; null when the review does not count: deleted, or not approved. */
  rating: z.int().min(1).max(5).nullable(),
  /** Grows by one with every change of the review; the highest version is the truth. */
  version: z.int().min(1),
  /** The rating database that the API took its ratings from when this was published; none: from whichever. */
  store: z.guid().toLowerCase().nullish(),
});

export type ReviewData = z.output<typeof reviewDataSchema>;

const reviewEvent = <T extends string>(type: T) =>
  envelopeSchema.extend({ type: z.literal(type), data: reviewDataSchema });

export const reviewCreatedSchema = reviewEvent('review-created');
export const reviewUpdatedSchema = reviewEvent('review-updated');
export const reviewDeletedSchema = reviewEvent('review-deleted');
