import { sqlState } from './transient.ts';

/** invalid_catalog_name, invalid_schema_name, undefined_table */
const missingStates = new Set(['3D000', '3F000', '42P01']);

/**
 * Whether a database error says that the database or a table in it is not there: somebody has dropped it, and it may be
 * created again. No migrated database gives it otherwise.
 */
export function isMissingDatabaseError(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && missingStates.has(state);
}
