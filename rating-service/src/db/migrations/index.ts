import type { Migration } from 'ct-common-lib/postgres';
import { ratings } from './0001-ratings.ts';
import { ratingStore } from './0002-rating-store.ts';

/** In the order in which they are applied. One that has been released is never changed. */
export const migrations: Migration[] = [ratings, ratingStore];
