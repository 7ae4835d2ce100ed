import type { Schema } from 'ct-common-lib/postgres';
import { migrations } from './migrations/index.ts';

const everything = 'SELECT, INSERT, UPDATE, DELETE';
/** A row of an outbox is written and put aside, and put back by `npm run events:parked`. */
const parked = 'SELECT, INSERT, DELETE';

/**
 * The tables of api-service. What a release no longer needs is taken off these rights a release later, as instances of the one before
 * serve while this one migrates.
 */
export const schema: Schema = {
  ownerVariable: 'MIGRATION_DATABASE_URL',
  serviceVariable: 'DATABASE_URL',
  migrations,
  rights: {
    products: everything,
    // A review is marked as deleted.
    reviews: 'SELECT, INSERT, UPDATE',
    outbox: everything,
    outbox_parked: parked,
    cache_invalidation: everything,
    cache_invalidation_parked: parked,
    rating_link: 'SELECT, UPDATE',
    review_replay: everything,
    idempotency_keys: everything,
    accounts: everything,
    sessions: everything,
    mail_outbox: everything,
    mail_outbox_parked: parked,
    recent_mails: everything,
    // A key is marked as revoked.
    api_keys: 'SELECT, INSERT, UPDATE',
    schema_migrations: 'SELECT',
  },
};
