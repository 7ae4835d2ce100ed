import { createEvent, type ReviewData, type ReviewEvent } from 'ct-common-lib/events';
import { addHistograms, emptyHistogram, histogramChange } from 'ct-common-lib/rating';
import { v7 as uuidv7 } from 'uuid';

/** A review of 5 stars of a new product, unless told otherwise. */
export function review(given: Partial<ReviewData> = {}): ReviewData {
  return { reviewId: uuidv7(), productId: uuidv7(), rating: 5, version: 1, ...given };
}

export function eventOf(data: ReviewData): ReviewEvent {
  const type =
    data.rating === null ? 'review-deleted' : data.version === 1 ? 'review-created' : 'review-updated';
  return createEvent(type, { source: '/api-service', subject: data.productId, data });
}

/** What the rating of a product must be: each of its reviews counts at its highest version. */
export function truthOf(productId: string, reviews: ReviewData[]) {
  const latest = new Map<string, ReviewData>();
  for (const review of reviews.filter((review) => review.productId === productId)) {
    const known = latest.get(review.reviewId);
    if (!known || review.version > known.version) latest.set(review.reviewId, review);
  }
  const states = [...latest.values()];
  return {
    productId,
    histogram: states
      .map(({ rating }) => histogramChange(null, rating))
      .reduce(addHistograms, emptyHistogram),
    version: states.reduce((sum, { version }) => sum + version, 0),
  };
}
