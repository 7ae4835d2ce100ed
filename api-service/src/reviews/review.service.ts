import { v7 as uuidv7 } from 'uuid';
import { InvalidInputError, NotFoundError, VersionMismatchError, type Logger } from 'ct-common-lib';
import { violatedConstraint } from 'ct-common-lib/postgres';
import { createWriter } from '../db/writer.ts';
import type { ReviewRepository } from './review.repository.ts';
import type { Review } from './review.model.ts';
import type { NewReview, ReviewPatch, ReviewReplacement } from './review.schema.ts';

export interface ReviewServiceDeps {
  reviews: ReviewRepository;
  /** Called after each commit: the triggers have left events for the relay. */
  wakeRelay: () => void;
  log: Logger;
}

/** The rules of writing reviews. Each write is one statement; its event is a row that the trigger adds to it. */
export function createReviewService({ reviews, wakeRelay, log }: ReviewServiceDeps) {
  const write = createWriter({ wakeRelay, ruleBroken, log });
  const notWritten = async (id: string, versions: string[] | undefined) =>
    versions && (await reviews.find(id)) ? new VersionMismatchError() : reviewNotFound(id);

  return {
    /** Throws `PRODUCT_NOT_FOUND`. */
    create: (review: NewReview): Promise<Review> => write(() => reviews.create({ id: uuidv7(), ...review })),

    /**
     * Replaces or merges: `changes` names the fields that are written, if the review is at one of `versions`. Throws
     * `REVIEW_NOT_FOUND`, `VERSION_MISMATCH`, `PRODUCT_IS_FIXED`.
     */
    async update(id: string, changes: ReviewReplacement | ReviewPatch, versions?: string[]): Promise<Review> {
      const review = await write(() => reviews.update(id, changes, versions));
      if (!review) throw await notWritten(id, versions);
      return review;
    },

    /** Throws `REVIEW_NOT_FOUND`, also when the review was deleted before, and `VERSION_MISMATCH`. */
    async remove(id: string, versions?: string[]): Promise<void> {
      const review = await write(() => reviews.remove(id, versions));
      if (!review) throw await notWritten(id, versions);
    },
  };
}

export type ReviewService = ReturnType<typeof createReviewService>;

export function reviewNotFound(id: string) {
  return new NotFoundError('REVIEW_NOT_FOUND', {
    detail: `There is no review ${id}.`,
    facts: { reviewId: id },
  });
}

/** The triggers know the rules; this tells which one was broken. */
function ruleBroken(cause: unknown): Error | undefined {
  switch (violatedConstraint(cause)) {
    case 'reviews_product_exists': {
      return new NotFoundError('PRODUCT_NOT_FOUND', {
        detail: 'There is no product with this productId to review.',
        cause,
      });
    }
    case 'reviews_product_is_fixed': {
      const detail = 'A review stays with its product: leave productId out, or repeat it unchanged.';
      return new InvalidInputError('PRODUCT_IS_FIXED', {
        detail,
        errors: [{ pointer: '/productId', detail }],
        cause,
      });
    }
    default:
      return undefined;
  }
}
