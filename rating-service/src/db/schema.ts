import type { Schema } from 'ct-common-lib/postgres';
import { migrations } from './migrations/index.ts';

/**
 * The tables of rating-service. What a release no longer needs is taken off these rights a release later, as instances of the one
 * before serve while this one migrates.
 */
export const schema: Schema = {
  ownerVariable: 'RATING_MIGRATION_DATABASE_URL',
  serviceVariable: 'RATING_DATABASE_URL',
  migrations,
  rights: {
    review_state: 'SELECT, INSERT, UPDATE',
    product_rating: 'SELECT, INSERT, UPDATE',
    rating_store: 'SELECT, INSERT',
    schema_migrations: 'SELECT',
  },
};
