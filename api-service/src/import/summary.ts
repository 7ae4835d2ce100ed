import type { LoadTotals } from './load.ts';
import type { RefusedRow } from './report.ts';

export interface ImportResult {
  file: string;
  dryRun: boolean;
  read: number;
  refused: number;
  /** The first of the refused rows. */
  faults: RefusedRow[];
  report: string;
  totals: LoadTotals;
  /** Rows had no id, so that their lines are what they are known by. */
  byLine: boolean;
  seconds: number;
}

/** What became of the rows, to be read by a person. */
export function describeResult({
  file,
  dryRun,
  read,
  refused,
  faults,
  report,
  totals,
  byLine,
  seconds,
}: ImportResult): string {
  const known = totals.rows - totals.newReviews;
  const left = read - refused - totals.rows;
  const lines = [
    `${file}: ${count(read, 'row')} read in ${seconds.toFixed(1)} s${dryRun ? ' (dry run: nothing was written)' : ''}`,
    `  ${count(totals.newReviews, 'review')} new, ${known.toLocaleString('en')} already there`,
    `  ${count(totals.newProducts, 'product')} new`,
    `  ${count(refused, 'row')} refused${refused > 0 ? `, all of them in ${report}` : ''}`,
    ...faults.map(({ line, error }) => `    line ${line}: ${error}`),
  ];
  if (refused > faults.length) lines.push(`    … and ${(refused - faults.length).toLocaleString('en')} more`);
  if (totals.repeats > 0)
    lines.push(
      `  ${count(totals.repeats, 'chunk')} done again: rolled back by the database, or its connection was lost`,
    );
  if (left > 0) lines.push(`  ${count(left, 'row')} read, but not written`);
  if (byLine) lines.push('  No id is mapped: a review is known again by its line in the file (see --help).');
  return `${lines.join('\n')}\n`;
}

const count = (number: number, noun: string) =>
  `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
