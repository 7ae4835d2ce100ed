import { z } from 'zod';
import { envelopeSchema } from './envelope.ts';

const count = z.int().min(0);

/** A product's rating after a change; it replaces every rating of a lower version. */
export const ratingDataSchema = z.object({
  productId: z.guid().toLowerCase(),
  reviewCount: count,
  /** Sum of the stars of the reviews that count. */
  ratingSum: count,
  /** How many reviews gave 1, 2, 3, 4 and 5 stars. */
  distribution: z.tuple([count, count, count, count, count]),
  /** Rounded half-up to two decimals; null without reviews. */
  averageRating: z.number().min(1).max(5).nullable(),
  /** Sum of the versions of the product's reviews that were applied. */
  version: z.int().min(0),
  /** The rating database that it comes from; none: a release that did not tell. */
  store: z.guid().toLowerCase().nullish(),
  /**
   * `time` of the oldest of the review events that this was published for: how late it is. None: a release that did not tell. The
   * same rating published again may have another one.
   */
  changedAt: z.iso.datetime({ offset: true }).nullish(),
});

export type RatingData = z.output<typeof ratingDataSchema>;

export const ratingUpdatedSchema = envelopeSchema.extend({
  type: z.literal('rating-updated'),
  data: ratingDataSchema,
});
