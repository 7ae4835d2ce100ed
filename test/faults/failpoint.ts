/** Points at which a service can be made to kill itself, see failpoints.mjs. */
export type Failpoint =
  /** api-service: a change of a product or a review is committed, and nobody in the process knows it. */
  | 'after-commit-before-bump'
  /** Both: the broker has taken an event, and its confirm has not been handled. */
  | 'after-publish-before-confirm'
  /** api-service: the confirms are in, and the rows in the outbox are about to be deleted. */
  | 'after-confirm-before-delete'
  /** rating-service: ratings are committed, published and confirmed, and the reviews are about to be acknowledged. */
  | 'after-rating-commit-before-ack';

/** For `node --import`. */
export const failpointsModule = new URL('failpoints.mjs', import.meta.url).href;
