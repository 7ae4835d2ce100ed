import { productLimits } from '../products/product.schema.ts';
import { reviewLimits } from '../reviews/review.schema.ts';

/** The longest texts of a row, in characters: what the API allows, and the key of a review. */
export const importLimits = {
  product: productLimits.sku,
  productName: productLimits.name,
  title: reviewLimits.title,
  text: reviewLimits.text,
  author: reviewLimits.authorName,
  // These two share an index entry, which PostgreSQL limits to 2.7 kB.
  id: 200,
  source: 200,
} as const;

/** Bytes of one record at the most: what the readers hold in memory for it. */
export const maxRecordBytes = 4 * 1024 * 1024;

/** Lines of one CSV record at the most: how far a quote that was never closed is searched for its end. */
export const maxRecordLines = 100_000;
