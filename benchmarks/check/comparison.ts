import { ratiosOf, spreadOf, type Finding } from '../rig/measurement.ts';

/** What of a ratio may be lost, as a share of it. */
export const lossAllowed = 0.25;

export interface Comparison {
  row: string;
  what: string;
  reference: string;
  /** Medians. */
  committed: number;
  now: number;
  /** The share of the committed ratio that is lost, whichever way is better; below 0 it has won. */
  loss: number;
}

/**
 * What has a ratio, and is to be compared. A figure without a mark is told beside others as a rule, and one without a reference
 * says nothing on another machine.
 */
export const isCompared = (finding: Finding): boolean =>
  (finding.isCompared ?? finding.mark !== undefined) &&
  finding.reference !== undefined &&
  ratiosOf(finding).every((ratio) => ratio > 0 && Number.isFinite(ratio));

/**
 * Each committed ratio beside the one of now. Throws an Error that names the row if one was not measured now: then the
 * committed figures are not those of these questions.
 */
export function compare(committed: Finding[], now: Finding[]): Comparison[] {
  return committed.filter(isCompared).map((before) => {
    const after = now.find((finding) => isSame(finding, before));
    const { row, what } = before;
    if (!after)
      throw new Error(`row ${row} (${what}) is measured no more: npm run bench has to be run again`);
    const [was, is] = [before, after].map((finding) => spreadOf(ratiosOf(finding)).median) as [
      number,
      number,
    ];
    const loss = before.better === 'more' ? 1 - is / was : 1 - was / is;
    return { row, what, reference: before.reference!.name, committed: was, now: is, loss };
  });
}

/** The better of each row in two tries. */
export const bestOf = (tries: Comparison[], others: Comparison[]): Comparison[] =>
  tries.map((one, row) => (others[row]!.loss < one.loss ? others[row]! : one));

const isSame = (one: Finding, other: Finding) =>
  one.row === other.row && one.what === other.what && one.reference?.name === other.reference?.name;
