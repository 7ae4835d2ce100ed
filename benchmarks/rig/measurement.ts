/** What a question found out: one row of the table. */
export interface Finding {
  /** Its number in the table, e.g. `1` or `13b`. */
  row: string;
  what: string;
  /** Of the figures: `requests/s`, `events/s`, `ms`, `MiB`. */
  unit: string;
  /** Whether more is better or less. */
  better: 'more' | 'less';
  /** The project's figure in each round. */
  figures: number[];
  /** What it is held against, with its figures in the same rounds. Undefined: against the mark itself. */
  reference?: { name: string; figures: number[] };
  /** The ratio that it should reach, or not exceed where less is better; without a reference the figure itself. */
  mark?: number;
  /** Whether bench:check compares it with what is committed. Default: if it has a mark. */
  isCompared?: boolean;
  /** Why it falls short, where it does: told in the report only then. */
  shortfall?: string;
  /**
   * What is to be drawn over time: `seconds`, and others of the same length or shorter whose names end with their units, such as
   * `memory, MiB`. Those that differ in what stands before a colon share a plot: `importer: memory, MiB`.
   */
  series?: Record<string, number[]>;
}

export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** Throws RangeError without values. */
export function spreadOf(values: number[]): Spread {
  if (values.length === 0) throw new RangeError('no values, no median');
  return { median: quantile(values, 0.5), least: Math.min(...values), most: Math.max(...values) };
}

/** By linear interpolation between the two nearest ranks (Hyndman and Fan 1996, type 7). Throws RangeError without values. */
export function quantile(values: number[], share: number): number {
  if (values.length === 0) throw new RangeError('no values, no quantile');
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at % 1);
}

/** The project's figure divided by the reference's, round by round, so that a slow moment of the machine meets both. */
export function ratiosOf({ figures, reference }: Finding): number[] {
  if (!reference) return figures;
  return figures.map((figure, round) => figure / reference.figures[round]!);
}

/** Undefined where there is no mark. */
export function reachesMark(finding: Finding): boolean | undefined {
  if (finding.mark === undefined) return undefined;
  const { median } = spreadOf(ratiosOf(finding));
  return finding.better === 'more' ? median >= finding.mark : median <= finding.mark;
}
