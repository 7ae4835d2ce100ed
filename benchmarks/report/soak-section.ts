import { judge, type Soak } from '../soak/judgement.ts';
import { formatNumber } from './format.ts';

/** What the README says of it. */
export function describeSoak(soak: Soak): string {
  const { minutes, rate, peak, date, commit } = soak;
  const introduction = `Both services ran for ${formatNumber(minutes)} minutes at ${formatNumber(rate)} requests/s, half of the ${formatNumber(peak)}/s that they
answered at the most: four in five read a product, one in ten a page of reviews, one in ten creates or edits a review. Flat is
what is in the last quarter of the time at most 1.2 times what it was in the second.`;
  const rows = judge(soak).map(
    ({ what, before, after, isFlat }) =>
      `| ${what} | ${formatNumber(before)} | ${formatNumber(after)} | ${isFlat ? 'yes' : '**no**'} |`,
  );
  const table = ['| | second quarter | last quarter | flat |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
  return [introduction, table, `Run on ${date.slice(0, 10)}, at commit ${commit}.`].join('\n\n');
}
