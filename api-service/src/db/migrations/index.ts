import type { Migration } from 'ct-common-lib/postgres';
import { productsAndReviews } from './0001-products-and-reviews.ts';
import { outbox } from './0002-outbox.ts';
import { triggers } from './0003-triggers.ts';
import { ratingLink } from './0004-rating-link.ts';
import { reviewReplay } from './0005-review-replay.ts';
import { oneReviewPerAuthor } from './0006-one-review-per-author.ts';
import { idempotencyKeys } from './0007-idempotency-keys.ts';
import { accounts } from './0008-accounts.ts';
import { outboxTraces } from './0009-outbox-traces.ts';
import { recentMails } from './0010-recent-mails.ts';

/** All migrations in their order. One that has been released is never changed again. */
export const migrations: Migration[] = [
  productsAndReviews,
  outbox,
  triggers,
  ratingLink,
  reviewReplay,
  oneReviewPerAuthor,
  idempotencyKeys,
  accounts,
  outboxTraces,
  recentMails,
];
