import { PoisonMessageError, TransientError, type Logger } from 'ct-common-lib';
import type { ReviewData } from 'ct-common-lib/events';
import { isMissingDatabaseError, isTransientPostgresError, withTransientRetry } from 'ct-common-lib/postgres';
import { addHistograms, emptyHistogram, histogramChange } from 'ct-common-lib/rating';
import type { Sequelize, Transaction } from 'sequelize';
import type {
  ProductRating,
  ProductRatingChange,
  ProductRatingRepository,
} from './product-rating.repository.ts';
import type { RatingStoreRepository } from './rating-store.repository.ts';
import type { ReviewState, ReviewStateRepository } from './review-state.repository.ts';

export interface RatingServiceDeps {
  sequelize: Sequelize;
  ratingStores: RatingStoreRepository;
  reviewStates: ReviewStateRepository;
  productRatings: ProductRatingRepository;
  /** Makes the tables of the database anew, after somebody has dropped it and created it again. */
  migrate: () => Promise<void>;
  log: Logger;
}

export interface AppliedReviews {
  /** The rating, as it stands now, of every product that a review was given of. */
  ratings: ProductRating[];
  /** The rating database that they are of. */
  store: string | undefined;
  /** How many reviews were newer than what was known of them. */
  newer: number;
  /** How many were ignored, as a rebuild has read them or what came after them. */
  superseded: number;
}

export function createRatingService({
  sequelize,
  ratingStores,
  reviewStates,
  productRatings,
  migrate,
  log,
}: RatingServiceDeps) {
  /**
   * Takes in reviews at any versions of them, in any order and any number of times, in one transaction: the
   * highest version of each review counts, once. Reviews that are for a former rating database are left out. Throws
   * `PoisonMessageError` `PRODUCT_CHANGED` if a review is said to be of another product than before, and
   * `RATING_IMPOSSIBLE` if the rating that results is none; nothing is applied then. Throws `TransientError` while the
   * database is away, and with `RATING_STORE_UNKNOWN` while it is not the one that the reviews are for.
   */
  async function apply(reviews: ReviewData[]): Promise<AppliedReviews> {
    const applied = await inTransaction((transaction) => applyOurs(reviews, transaction));
    if (applied) return applied;
    throw new TransientError('RATING_STORE_UNKNOWN', {
      detail:
        'The reviews are for another rating database than this one: it was lost, or the reviews were restored. ' +
        'They wait. Unless a rebuild is running: npm run ratings:rebuild',
    });
  }

  async function inTransaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    try {
      return await withTransientRetry(() => sequelize.transaction(work), { log });
    } catch (cause) {
      const missing = isMissingDatabaseError(cause);
      if (!missing && !isTransientPostgresError(cause)) throw cause;
      if (missing) await migrate().catch((err: unknown) => log.warn({ err }, 'there is no rating database'));
      throw new TransientError('DATABASE_UNAVAILABLE', {
        detail: 'The rating database does not answer',
        cause,
      });
    }
  }

  /** Null: some are for a rating database that is unknown here, and none was applied. */
  async function applyOurs(reviews: ReviewData[], transaction: Transaction): Promise<AppliedReviews | null> {
    const { current, former } = await ratingStores.hold(transaction);
    const ours = reviews.filter(({ store }) => !store || !former.has(store));
    const foreign = ours.flatMap(({ store }) => (store && store !== current ? [store] : []));
    if (foreign.length > 0) await ratingStores.saveForeign(foreign, transaction);
    if (foreign.length > 0 || (ours.length > 0 && !current)) return null;
    const applied = await applyLatest(latestOfEach(ours), transaction);
    return { ...applied, store: current, superseded: reviews.length - ours.length };
  }

  async function applyLatest(latest: ReviewState[], transaction: Transaction) {
    const states = await reviewStates.insertOrLock(latest, transaction);
    const changes = new Map<string, ProductRatingChange>();
    const replacing: ReviewState[] = [];
    let newer = 0;
    for (const review of latest) {
      const known = states.get(review.reviewId)!;
      assertSameProduct(known, review);
      // A review that is not newer changes nothing, but its product's rating is wanted all the same.
      const next = review.version > known.version ? review : known;
      if (next === review) newer++;
      if (next === review && known.version > 0) replacing.push(review);
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
    if (replacing.length > 0) await reviewStates.save(replacing, transaction);
    const ratings = await productRatings.add([...changes.values()], transaction);
    ratings.forEach(assertPossible);
    return { ratings, newer };
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
