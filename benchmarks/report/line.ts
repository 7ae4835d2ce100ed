import { ratiosOf, reachesMark, spreadOf, type Finding } from '../rig/measurement.ts';
import { formatMark, formatNumber, formatSpread } from './format.ts';

/** One line for a terminal. */
export function describeFinding(finding: Finding): string {
  const { row, what, unit, figures, reference } = finding;
  const figure = `${formatNumber(spreadOf(figures).median)} ${unit}`;
  const against = reference
    ? ` against ${formatNumber(spreadOf(reference.figures).median)} of ${reference.name}`
    : '';
  const reached = { true: 'reached', false: 'NOT REACHED', undefined: '' }[String(reachesMark(finding))];
  const bound = finding.mark === undefined ? '' : `, ${formatMark(finding)}: ${reached}`;
  return `${row}. ${what}: ${figure}${against}: ${formatSpread(spreadOf(ratiosOf(finding)))}${bound}`;
}
