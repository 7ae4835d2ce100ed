import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/**
 * What the services of 0.1.0 published for one product, in its order and byte for byte, taken from a run of that release: a
 * review of 5 stars, one of 4, the first changed to 3, the second rejected, a third that was never approved, the first
 * deleted; after each the rating. So there is one of every type and shape: a rating of null, a product without reviews.
 */
export async function publishedBy010(): Promise<Buffer[]> {
  const text = await readFile(new URL('events-0.1.0.ndjson', import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => Buffer.from(line));
}

/** An event as JSON, of whichever release. */
export interface Published {
  type: string;
  data: Record<string, unknown>;
  [attribute: string]: unknown;
}

export const parse = (bytes: Buffer) => JSON.parse(bytes.toString()) as Published;
export const isRating = ({ type }: { type: string }) => type === 'rating-updated';

/** The product that all of them are of. */
export const productId = '01a1fda9-57d1-7143-95dd-48514be52d76';

const envelope = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  subject: z.guid().toLowerCase(),
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json').optional(),
});
const review = z.object({
  reviewId: z.guid().toLowerCase(),
  productId: z.guid().toLowerCase(),
  rating: z.int().min(1).max(5).nullable(),
  version: z.int().min(1),
});
const count = z.int().min(0);
const rating = z.object({
  productId: z.guid().toLowerCase(),
  reviewCount: count,
  ratingSum: count,
  distribution: z.tuple([count, count, count, count, count]),
  averageRating: z.number().min(1).max(5).nullable(),
  version: z.int().min(0),
});

/** What 0.1.0 takes for an event, as it stood then; never to be changed. It ignores what it does not know. */
export const readBy010 = z.discriminatedUnion('type', [
  envelope.extend({ type: z.literal('review-created'), data: review }),
  envelope.extend({ type: z.literal('review-updated'), data: review }),
  envelope.extend({ type: z.literal('review-deleted'), data: review }),
  envelope.extend({ type: z.literal('rating-updated'), data: rating }),
]);

export type Event010 = z.output<typeof readBy010>;
