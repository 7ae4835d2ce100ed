import { sqlState } from './transient.ts';

/** invalid_catalog_name, invalid_schema_name, undefined_table, insufficient_privilege */
const missingStates = new Set(['3D000', '3F000', '42P01', '42501']);

/**
 * Whether a database error says that the database or a table in it is not there, or not for us: somebody has dropped it, and it may be
 * created again, or was, and our rights are still to come. No migrated database gives it otherwise.
 */
export function isMissingDatabaseError(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && missingStates.has(state);
}
