import { ratiosOf, reachesMark, spreadOf, type Finding } from './measurement.ts';

/** One line for a terminal. */
export function describeFinding(finding: Finding): string {
  const { row, what, unit, figures, reference, mark, better } = finding;
  const ratio = spreadOf(ratiosOf(finding));
  const figure = `${round(spreadOf(figures).median)} ${unit}`;
  const against = reference
    ? ` against ${round(spreadOf(reference.figures).median)} of ${reference.name}`
    : '';
  const reached = { true: 'reached', false: 'NOT REACHED', undefined: '' }[String(reachesMark(finding))];
  const bound =
    mark === undefined ? '' : `, ${better === 'more' ? 'at least' : 'at most'} ${mark}: ${reached}`;
  return `${row}. ${what}: ${figure}${against}: ${round(ratio.median)} (${round(ratio.least)} to ${round(ratio.most)})${bound}`;
}

/** Three figures that matter. */
export const round = (value: number): string =>
  Number(value.toPrecision(3)).toLocaleString('en-US', { useGrouping: true });
