import { PoisonMessageError, TransientError } from 'ct-common-lib';
import type { ReviewData } from 'ct-common-lib/events';
import { isTransientPostgresError, withTransientRetry } from 'ct-common-lib/postgres';
import { addHistograms, emptyHistogram, histogramChange } from 'ct-common-lib/rating';
import type { Sequelize, Transaction } from 'sequelize';
import type {
  ProductRating,
  ProductRatingChange,
  ProductRatingRepository,
} from './product-rating.repository.ts';
import type { ReviewState, ReviewStateRepository } from './review-state.repository.ts';

export interface RatingServiceDeps {
  sequelize: Sequelize;
  reviewStates: ReviewStateRepository;
  productRatings: ProductRatingRepository;
}

export interface AppliedReviews {
  /** The rating, as it stands now, of every product that a review was given of. */
  ratings: ProductRating[];
  /** How many reviews were newer than what was known of them. */
  newer: number;
}

export function createRatingService({ sequelize, reviewStates, productRatings }: RatingServiceDeps) {
  /**
   * Takes in reviews at any versions of them, in any order and any number of times, in one transaction: the
   * highest version of each review counts, once. Throws `PoisonMessageError` `PRODUCT_CHANGED` if a review
   * is said to be of another product than before, and `RATING_IMPOSSIBLE` if the rating that results is none;
   * nothing is applied then. Throws `TransientError` while the database is away.
   */
  async function apply(reviews: ReviewData[]): Promise<AppliedReviews> {
    const latest = latestOfEach(reviews);
    try {
      return await withTransientRetry(() =>
        sequelize.transaction((transaction) => applyLatest(latest, transaction)),
      );
    } catch (cause) {
      if (!isTransientPostgresError(cause)) throw cause;
      throw new TransientError('DATABASE_UNAVAILABLE', {
        detail: 'The rating database does not answer',
        cause,
      });
    }
  }

  async function applyLatest(latest: ReviewState[], transaction: Transaction): Promise<AppliedReviews> {
    const states = await reviewStates.lock(latest, transaction);
    const changes = new Map<string, ProductRatingChange>();
    const newer: ReviewState[] = [];
    for (const review of latest) {
      const known = states.get(review.reviewId)!;
      assertSameProduct(known, review);
      // A review that is not newer changes nothing, but its product's rating is wanted all the same.
      const next = review.version > known.version ? review : known;
      if (next === review) newer.push(review);
      const change = changes.get(review.productId);
      changes.set(review.productId, {
        productId: review.productId,
        histogram: addHistograms(
          change?.histogram ?? emptyHistogram,
          histogramChange(known.rating, next.rating),
        ),
        version: (change?.version ?? 0) + next.version - known.version,
      });
    }
    if (newer.length > 0) await reviewStates.save(newer, transaction);
    const ratings = await productRatings.add([...changes.values()], transaction);
    ratings.forEach(assertPossible);
    return { ratings, newer: newer.length };
  }

  return { apply };
}

export type RatingService = ReturnType<typeof createRatingService>;

/** One state per review, as one statement cannot touch a row twice. */
function latestOfEach(reviews: ReviewData[]): ReviewState[] {
  const latest = new Map<string, ReviewState>();
  for (const review of reviews) {
    const known = latest.get(review.reviewId);
    if (known) assertSameProduct(known, review);
    if (!known || review.version > known.version) latest.set(review.reviewId, review);
  }
  return [...latest.values()];
}

function assertSameProduct(known: ReviewState, review: ReviewState) {
  if (known.productId === review.productId) return;
  throw new PoisonMessageError('PRODUCT_CHANGED', {
    detail: `Review ${review.reviewId} is of product ${known.productId} and cannot be of ${review.productId}`,
  });
}

/** Refuses what only a database edited by hand or an absurd version can lead to, before it is committed. */
function assertPossible({ productId, histogram, version }: ProductRating) {
  if ([...histogram, version].every((number) => number >= 0 && Number.isSafeInteger(number))) return;
  throw new PoisonMessageError('RATING_IMPOSSIBLE', {
    detail: `The rating of product ${productId} would become ${histogram.join(', ')} at version ${version}`,
  });
}
