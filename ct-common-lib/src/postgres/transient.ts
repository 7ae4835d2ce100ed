import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.ts';

/** Rolled back for sure by the server: serialization failure, deadlock. The same work may be done again. */
const rolledBackStates = new Set(['40001', '40P01']);

/** Lock and statement time-outs, and a standby that was promoted or demoted under our feet. */
const passingStates = new Set(['55P03', '57014', '25006']);

/** Classes: connection exception, insufficient resources, operator intervention. */
const passingClasses = ['08', '53', '57P'];

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/** Faults that pg and Sequelize tell by words or by class alone. */
const connectionFault =
  /Connection terminated|connection timeout|timeout expired|Query read timeout|not queryable|Client was closed|before connection/i;
const connectionErrorName = /^Sequelize(Connection\w*|Host\w*|Timeout)Error$/;

/** Faults before a statement was sent: no connection to be had, or one that was known to be dead. */
const unsentName = /^Sequelize(Connection\w*|Host\w*)Error$/;
const unsentMessage = /not queryable|connection timeout|trying to connect/;

/** While connecting: the database takes no connections for now (`ALLOW_CONNECTIONS false`). Of a statement it tells what lasts. */
const closedState = '55000';

/** Told instead of an answer, so that a COMMIT may have passed: by a server that ends, by a pooler that lost its server. */
const endedClasses = ['08', '57P'];

/**
 * Whether a database error passes by itself: the server is away, restarting, overloaded, or chose this
 * transaction as a deadlock's victim. Looks through Sequelize's wrappers and at `cause`. What the server says
 * counts for more than what a wrapper is called: a wrong password is a connection error that does not pass.
 */
export function isTransientPostgresError(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) {
    return (
      rolledBackStates.has(state) ||
      passingStates.has(state) ||
      (state === closedState && wasNeverSent(error)) ||
      passingClasses.some((prefix) => state.startsWith(prefix))
    );
  }
  return chain(error).some(
    ({ name, code, message }) =>
      (code !== undefined && networkCodes.has(code)) ||
      connectionErrorName.test(name) ||
      connectionFault.test(message),
  );
}

/**
 * Whether the work that failed with this transient error may have been committed all the same: the connection was lost, or no
 * answer came in time, after the statement was sent. False where it was never sent, or where the server itself reported the
 * failure (a time-out, a deadlock, a full disk): then nothing was written. Work in a transaction is not written before
 * its COMMIT was sent, so there only an error of COMMIT counts.
 */
export function mayHaveCommitted(error: unknown): boolean {
  if (!isTransientPostgresError(error) || wasNeverSent(error)) return false;
  const state = sqlState(error);
  return state === undefined || endedClasses.some((prefix) => state.startsWith(prefix));
}

const wasNeverSent = (error: unknown) =>
  chain(error).some(({ name, message }) => unsentName.test(name) || unsentMessage.test(message));

/** The SQLSTATE of a database error, through Sequelize's wrappers; undefined if it has none. */
export function sqlState(error: unknown): string | undefined {
  return chain(error).find(({ code }) => code !== undefined && /^(?=.*\d)[0-9A-Z]{5}$/.test(code))?.code;
}

/** The constraint that a database error names, through Sequelize's wrappers. */
export function violatedConstraint(error: unknown): string | undefined {
  return chain(error).find(({ constraint }) => constraint !== undefined)?.constraint;
}

export interface RetryOptions {
  /** Is told of each retry. Default: nobody is. */
  log?: Logger;
  /** Once it is aborted, nothing is done again. */
  signal?: AbortSignal;
}

/**
 * Does `work` again when the server rolled it back as a deadlock's or serialization failure's victim, with
 * jitter, 5 times in all. Other errors pass at once: after a lost connection the outcome is unknown.
 */
export async function withTransientRetry<T>(
  work: () => Promise<T>,
  { log, signal }: RetryOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const state = sqlState(error);
      if (attempt === 5 || state === undefined || !rolledBackStates.has(state) || signal?.aborted)
        throw error;
      log?.info({ state, attempt }, 'rolled back by the database; trying again');
      await sleep(Math.random() * 20 * 2 ** attempt);
    }
  }
}

interface Link {
  name: string;
  code?: string;
  message: string;
  constraint?: string;
}

function chain(error: unknown): Link[] {
  const links: Link[] = [];
  for (let at = error; at instanceof Error && links.length < 5;) {
    const fields = at as Error & { code?: unknown; constraint?: unknown; parent?: unknown };
    links.push({
      name: at.name,
      message: at.message,
      ...(typeof fields.code === 'string' && { code: fields.code }),
      ...(typeof fields.constraint === 'string' && { constraint: fields.constraint }),
    });
    at = fields.parent ?? at.cause;
  }
  return links;
}
