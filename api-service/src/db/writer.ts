import type { Logger } from 'ct-common-lib';
import { withTransientRetry } from 'ct-common-lib/postgres';

export interface WriterDeps {
  /** Called after each commit: there may be rows for a relay. Default: there are none. */
  wakeRelay?: () => void;
  /** The error to throw when a statement broke a rule that the database keeps; undefined: it was no rule. Default: none is. */
  ruleBroken?: (cause: unknown) => Error | undefined;
  log: Logger;
}

/** Runs writing statements: again if PostgreSQL chose one as a deadlock's victim, with what they break told in our words. */
export function createWriter({ wakeRelay, ruleBroken, log }: WriterDeps) {
  return async function write<T>(statement: () => Promise<T>): Promise<T> {
    try {
      return await withTransientRetry(statement, { log });
    } catch (error) {
      throw ruleBroken?.(error) ?? error;
    } finally {
      wakeRelay?.();
    }
  };
}
