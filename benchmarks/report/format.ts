import type { Finding, Spread } from '../rig/measurement.ts';

/** Three figures that matter, thousands apart. */
export const formatNumber = (value: number): string =>
  Number(value.toPrecision(3)).toLocaleString('en-US', { useGrouping: true });

/** E.g. `0.52 (0.5–0.53)`. */
export const formatSpread = ({ median, least, most }: Spread): string =>
  `${formatNumber(median)} (${formatNumber(least)}–${formatNumber(most)})`;

/** E.g. `≥ 0.45` of a reference, `≤ 1.5 s` without one; empty without a mark. */
export function formatMark({ mark, better, unit, reference }: Finding): string {
  if (mark === undefined) return '';
  return `${better === 'more' ? '≥' : '≤'} ${formatNumber(mark)}${reference ? '' : ` ${unit}`}`;
}
