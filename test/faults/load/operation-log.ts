import type { Reply } from './call.ts';

/** What became of an operation: it was done, it was not done for sure, or nobody knows. */
export type Outcome = 'ok' | 'failed' | 'unknown';

/** A write. Times are of `Date.now()`. */
export interface Operation {
  number: number;
  /** What was done to what, e.g. `PATCH /api/reviews/…`. */
  what: string;
  /** The name of the instance that it was asked of; `psql` for a statement by hand. */
  by: string;
  outcome: Outcome;
  startedAt: number;
  endedAt: number;
  /** What was answered instead of success. */
  answer?: string;
  /** A text in what was created, that nothing else has. */
  marker?: string;
}

/** What the answer to a write says about it. A 503 promises that nothing was written, unless it says that nobody knows. */
export function outcomeOf({ status, body, lost }: Reply): Outcome {
  if (lost === 'refused') return 'failed';
  if (lost) return 'unknown';
  if (status >= 200 && status < 300) return 'ok';
  if (status >= 400 && status < 500) return 'failed';
  return status === 503 && codeOf(body) !== 'OUTCOME_UNKNOWN' ? 'failed' : 'unknown';
}

/** The code of a problem document. */
export const codeOf = (body: unknown) => (body as { code?: string } | undefined)?.code;

export const answerOf = ({ status, body, lost }: Reply) => lost ?? `${status} ${codeOf(body) ?? ''}`.trim();

/** Keeps every write, and counts the reads. */
export function createOperationLog() {
  const writes: Operation[] = [];
  const counts = { ok: 0, failed: 0, unknown: 0, reads: 0, unanswered: 0 };
  let numbers = 0;

  return {
    /** A text that is in nothing else. */
    nextMarker: () => `op-${++numbers}`,

    /** Notes a write; gives it back for a sentence about it. */
    write(operation: Omit<Operation, 'number'>): Operation {
      const numbered = { number: writes.length + 1, ...operation };
      writes.push(numbered);
      counts[operation.outcome]++;
      return numbered;
    },

    read({ status }: Reply) {
      counts.reads++;
      if (status !== 200 && status !== 404) counts.unanswered++;
    },

    writes: writes as readonly Operation[],
    counts: counts as Readonly<typeof counts>,
  };
}

export type OperationLog = ReturnType<typeof createOperationLog>;

/** When, what, by whom and with what outcome, to look for it in the services' logs. */
export const describe = ({ number, what, by, outcome, answer, startedAt, endedAt }: Operation) =>
  `#${number} ${what} by ${by}, ${outcome}${answer ? ` (${answer})` : ''}, ${span(startedAt, endedAt)}`;

export const span = (from: number, to: number) => `${clock(from)}..${clock(to)}`;

const clock = (time: number) => new Date(time).toISOString().slice(11, 23);
