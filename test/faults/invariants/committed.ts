import type { Event, ReviewEvent } from 'ct-common-lib/events';
import type { RatingSighting, RatingSightings } from '../load/rating-sightings.ts';
import type { Tap } from '../load/tap.ts';
import type { Rig } from '../rig.ts';

export interface CommittedDeps {
  rig: Pick<Rig, 'postgres'>;
  tap: Tap;
  sightings: RatingSightings;
  violation: (text: string) => void;
}

/** The state that each event tells of, as it was committed; nulls if it never was. */
const reviewsSql = `
  SELECT told.review_id, told.version, committed.product_id, committed.rating, committed.version IS NOT NULL AS exists
    FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS told (review_id, version, place)
    LEFT JOIN rig.review_version AS committed USING (review_id, version)
   ORDER BY place`;

const ratingsSql = `
  SELECT committed.distribution
    FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS told (product_id, version, place)
    LEFT JOIN rig.product_rating_version AS committed USING (product_id, version)
   ORDER BY place`;

const shownSql = 'DELETE FROM rig.shown_rating RETURNING product_id, version, distribution';

interface CommittedReview {
  product_id: string | null;
  rating: number | null;
  exists: boolean;
}

/**
 * Holds whatever was published, stored in a products row or served against what was committed before: a review event
 * against the review's history, a rating against the histograms that rating-service has committed.
 */
export function createCommittedCheck({ rig, tap, sightings, violation }: CommittedDeps) {
  let checkedEvents = 0;
  let checkedRatings = 0;

  async function checkReviews(events: ReviewEvent[]) {
    if (events.length === 0) return;
    const rows = await rig.postgres.query<CommittedReview>('ct_api', reviewsSql, [
      events.map(({ data }) => data.reviewId),
      events.map(({ data }) => data.version),
    ]);
    events.forEach(({ id, type, data }, index) => {
      const { exists, product_id, rating } = rows[index]!;
      checkedEvents++;
      if (exists && product_id === data.productId && rating === data.rating) return;
      const truth = exists ? `${rating} stars for product ${product_id}` : 'nothing';
      violation(`the event ${type} ${id} says ${JSON.stringify(data)}, but ${truth} was committed`);
    });
  }

  async function checkRatings(ratings: RatingSighting[]) {
    // A product without reviews has no row, and version 0.
    const told = ratings.filter(
      ({ version, distribution }) => version > 0 || distribution.some((n) => n > 0),
    );
    if (told.length === 0) return;
    const rows = await rig.postgres.query<{ distribution: string[] | null }>('ct_rating', ratingsSql, [
      told.map(({ productId }) => productId),
      told.map(({ version }) => version),
    ]);
    told.forEach(({ productId, version, distribution, where }, index) => {
      const committed = rows[index]!.distribution?.map(Number).join('/') ?? 'none';
      checkedRatings++;
      if (distribution.join('/') === committed) return;
      violation(
        `${where} the histogram ${distribution.join('/')} of product ${productId} at version ${version}; ` +
          `what was committed at it: ${committed}`,
      );
    });
  }

  async function noteShownRatings() {
    const rows = await rig.postgres.query<{ product_id: string; version: string; distribution: string[] }>(
      'ct_api',
      shownSql,
    );
    for (const { product_id: productId, version, distribution } of rows) {
      const rating = { productId, version: Number(version), distribution: distribution.map(Number) };
      sightings.seen(rating, 'a products row held');
    }
  }

  return {
    /** Checks what was collected since the last time. Throws, and keeps it for later, if a database does not answer. */
    async check() {
      const events: Event[] = tap.take();
      try {
        await checkReviews(events.filter((event): event is ReviewEvent => event.type !== 'rating-updated'));
      } catch (error) {
        tap.putBack(events);
        throw error;
      }
      for (const event of events)
        if (event.type === 'rating-updated') sightings.seen(event.data, 'an event told');
      await noteShownRatings();
      const ratings = sightings.take();
      try {
        await checkRatings(ratings);
      } catch (error) {
        sightings.putBack(ratings);
        throw error;
      }
    },

    figures: () => ({
      'events held against commits': checkedEvents,
      'ratings held against commits': checkedRatings,
    }),
  };
}
