import { createRepresentation, type Representation } from 'ct-common-lib/http';
import type { Review } from './review.model.ts';

/** A review as the API shows it. */
export function representReview(review: Review): Representation {
  return createRepresentation(review.version, {
    id: review.id,
    productId: review.productId,
    rating: review.rating,
    title: review.title,
    text: review.text,
    author: { id: review.authorId, name: review.authorName },
    status: review.status,
    version: Number(review.version),
    createdAt: review.createdAt,
    updatedAt: review.updatedAt,
  });
}
