import { v7 as uuidv7 } from 'uuid';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  VersionMismatchError,
  type Logger,
} from 'ct-common-lib';
import type { Caller } from 'ct-common-lib/http';
import { violatedConstraint } from 'ct-common-lib/postgres';
import { createWriter } from '../db/writer.ts';
import type { Done } from '../db/once.ts';
import type { Guard, ReviewRepository } from './review.repository.ts';
import type { Review } from './review.model.ts';
import { representReview } from './review.representation.ts';
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

  /** Why no review passed the guard. */
  async function notWritten(id: string, { versions, authorId }: Guard) {
    const author = versions || authorId !== undefined ? await reviews.authorOf(id) : undefined;
    if (author === undefined) return reviewNotFound(id);
    if (authorId !== undefined && author !== authorId)
      return new ForbiddenError('REVIEW_OF_ANOTHER', {
        detail: 'Only its author or a moderator may change or delete this review.',
      });
    return new VersionMismatchError();
  }

  return {
    /**
     * The caller is its author; a program says who is. With a key it is done once, see `once`. Throws `AUTHOR_IS_CALLER`,
     * `PRODUCT_NOT_FOUND`, `REVIEW_EXISTS` if the author has written one of this product, and what `once` throws.
     */
    async create(review: NewReview, { id: caller, subject }: Caller, key?: string): Promise<Done> {
      if (subject !== undefined && review.authorId !== null) throw authorIsCaller();
      const authorId = subject ?? review.authorId;
      const identified = { ...review, id: uuidv7(), authorId };
      try {
        if (key === undefined) {
          const created = await write(() => reviews.create(identified));
          return { id: created.id, representation: representReview(created) };
        }
        const request = { caller, key, operation: 'createReview', body: review };
        return await write(() => reviews.createOnce(identified, request));
      } catch (error) {
        if (authorId === null || violatedConstraint(error) !== 'reviews_by_author') throw error;
        throw await reviewExists(authorId, review.productId, error);
      }
    },

    /**
     * Replaces or merges: `changes` names the fields that are written, if the review is the caller's or the caller a moderator,
     * and it is at one of `versions`. Throws `REVIEW_NOT_FOUND`, `REVIEW_OF_ANOTHER`, `STATUS_IS_MODERATED`,
     * `VERSION_MISMATCH`, `PRODUCT_IS_FIXED`.
     */
    async update(
      id: string,
      changes: ReviewReplacement | ReviewPatch,
      caller: Caller,
      versions?: string[],
    ): Promise<Review> {
      if ('status' in changes && !caller.scopes.includes('reviews:moderate')) throw statusIsModerated();
      const guard = guardOf(caller, versions);
      const review = await write(() => reviews.update(id, changes, guard));
      if (!review) throw await notWritten(id, guard);
      return review;
    },

    /** Throws `REVIEW_NOT_FOUND`, also when the review was deleted before, `REVIEW_OF_ANOTHER` and `VERSION_MISMATCH`. */
    async remove(id: string, caller: Caller, versions?: string[]): Promise<void> {
      const guard = guardOf(caller, versions);
      const review = await write(() => reviews.remove(id, guard));
      if (!review) throw await notWritten(id, guard);
    },
  };

  async function reviewExists(authorId: string, productId: string, cause: unknown) {
    const id = await reviews.idBy(authorId, productId);
    return new ConflictError('REVIEW_EXISTS', {
      detail:
        'There is a review of this product by this author already: change that one, which Location names, or delete it first.',
      // It may be gone again by now.
      ...(id !== undefined && { location: `/api/reviews/${id}` }),
      cause,
    });
  }
}

const guardOf = ({ subject, scopes }: Caller, versions: string[] | undefined): Guard => ({
  versions,
  // No review has an author without a name, so a program that is no moderator passes nowhere.
  authorId: scopes.includes('reviews:moderate') ? undefined : (subject ?? ''),
});

export type ReviewService = ReturnType<typeof createReviewService>;

const authorIsCaller = () =>
  new ForbiddenError('AUTHOR_IS_CALLER', {
    detail: 'You are the author yourself: leave authorId out. Only an API key may write for others.',
  });

const statusIsModerated = () =>
  new ForbiddenError('STATUS_IS_MODERATED', {
    detail: 'Only a moderator decides on the status of a review: leave it out.',
  });

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
