import { setTimeout as sleep } from 'node:timers/promises';
import { isTransientPostgresError } from 'ct-common-lib/postgres';
import { connect, toImportError, type Connection } from './connection.ts';
import { copyLine } from './copy-text.ts';
import { copyRows, dropKnown, dryRunStatements, lockProducts, statements } from './load-sql.ts';
import type { ImportedReview } from './row.ts';

export interface LoadOptions {
  databaseUrl: string;
  /** What an `externalId` is unique in. */
  source: string;
  /** Counts what would be new, and writes nothing. */
  dryRun: boolean;
  /** Ends the connection, so that the running chunk is rolled back; `load` then throws the signal's reason. */
  signal: AbortSignal;
}

export interface LoadTotals {
  /** Rows that are in the database now, whether they were before or not. */
  rows: number;
  newReviews: number;
  newProducts: number;
  /** How often a chunk was done again, after a rollback by the database or a lost connection. */
  repeats: number;
}

// With the pauses between them some 20 s: a server restarts faster than that.
const attempts = 8;

/**
 * Loads reviews chunk by chunk, each in one transaction, with the products that they need. A chunk is repeated
 * when the connection broke or another transaction was in the way; as rows that are there already are left
 * alone, that is safe even where the commit had gone through. Throws `ImportError` if the database is away.
 */
export async function createLoader({ databaseUrl, source, dryRun, signal }: LoadOptions) {
  const sql = dryRun ? dryRunStatements : statements;
  const totals: LoadTotals = { rows: 0, newReviews: 0, newProducts: 0, repeats: 0 };
  let connection: Connection | undefined = await open().catch((error: unknown) => {
    throw toImportError(error, databaseUrl);
  });
  const interrupt = () => void connection?.close();
  signal.addEventListener('abort', interrupt);

  async function open() {
    const opened = await connect(databaseUrl);
    await opened.query(sql.createTables);
    return opened;
  }

  async function attempt(reviews: ImportedReview[]) {
    connection ??= await open();
    await connection.query('BEGIN');
    await connection.copy(copyRows, reviews.map(toCopyLine).join(''));
    await connection.query(dropKnown, [source]);
    const { rowCount: newProducts } = await connection.query(sql.insertProducts);
    if (!dryRun) {
      const { rows } = await connection.query(lockProducts);
      if (rows[0]?.complete !== true) throw new ProductDeletedError();
    }
    const { rowCount: newReviews } = await connection.query(sql.insertReviews, [source]);
    await connection.query('COMMIT');
    return { newReviews: newReviews ?? 0, newProducts: newProducts ?? 0 };
  }

  return {
    async load(reviews: ImportedReview[]): Promise<void> {
      for (let tried = 1; ; tried++) {
        signal.throwIfAborted();
        try {
          const { newReviews, newProducts } = await attempt(reviews);
          totals.rows += reviews.length;
          totals.newReviews += newReviews;
          totals.newProducts += newProducts;
          return;
        } catch (error) {
          signal.throwIfAborted();
          // A fresh connection is always in a known state.
          await connection?.close();
          connection = undefined;
          const passing = isTransientPostgresError(error) || error instanceof ProductDeletedError;
          // A dry run's counts go with its connection.
          if (!passing || dryRun || tried === attempts) throw toImportError(error, databaseUrl);
          totals.repeats++;
          await sleep(50 * 2 ** tried * (1 + Math.random()), undefined, { signal }).catch(() => {});
        }
      }
    },

    /** So far. */
    totals,

    async close() {
      signal.removeEventListener('abort', interrupt);
      await connection?.close();
    },
  };
}

export type Loader = Awaited<ReturnType<typeof createLoader>>;

class ProductDeletedError extends Error {}

function toCopyLine(review: ImportedReview, position: number): string {
  const { product, productName, rating, title, text, author, date, externalId } = review;
  return copyLine([position, product, productName ?? product, rating, title, text, author, date, externalId]);
}
