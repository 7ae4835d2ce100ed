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

/** The ratio of a finding among such lines. Throws an Error that names it if it is not told. */
export function ratioIn(lines: string[], { row, what, reference }: Finding): number {
  const [head, name] = [`${row}. ${what}: `, ` of ${reference?.name}: `];
  const line = lines.find((one) => one.startsWith(head) && one.includes(name));
  if (line === undefined) throw new Error(`nothing is told of row ${row} (${what})`);
  return parseFloat(line.slice(line.indexOf(name) + name.length).replaceAll(',', ''));
}
