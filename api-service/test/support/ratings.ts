import { createEvent, type RatingData } from 'ct-common-lib/events';

/** What rating-service tells of a product with one review. */
export const ratingByOne = (productId: string, version: number, stars: number): RatingData => ({
  productId,
  version,
  reviewCount: 1,
  ratingSum: stars,
  distribution: [1, 2, 3, 4, 5].map((star) => Number(star === stars)) as RatingData['distribution'],
  averageRating: stars,
});

export const ratingUpdated = (data: RatingData) =>
  createEvent('rating-updated', { source: '/rating-service', subject: data.productId, data });
