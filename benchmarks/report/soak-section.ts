import { judge, type Soak } from '../soak/judgement.ts';
import { formatNumber } from './format.ts';

/** What the README says of it. */
export function describeSoak(soak: Soak): string {
  const { minutes, rate, peak, date, commit } = soak;
  const introduction = `Both services ran for ${formatNumber(minutes)} minutes at ${formatNumber(rate)} requests/s, half of the ${formatNumber(peak)}/s that they
answered at the most: four in five read a product, one in ten a page of reviews, one in ten creates or edits a review. They were sent when they were
due, over as many connections as it took, whether or not earlier ones had been answered. Flat is what is in the last quarter of the
time at most 1.2 times what it was in the second, or so little that it would not matter; of the requests 98 % must be answered in
time, and none otherwise than it asked for. Rows are PostgreSQL's estimates, messages those that wait for a consumer.`;
  const rows = judge(soak).map(
    ({ what, before, after, isFlat }) =>
      `| ${what} | ${formatNumber(before)} | ${formatNumber(after)} | ${isFlat ? 'yes' : '**no**'} |`,
  );
  const table = ['| | second quarter | last quarter | flat |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
  const { processor, cores, kernel } = soak.machine;
  const place = `Run on ${date.slice(0, 10)}, at commit ${commit}: ${processor}, ${cores} cores, Linux ${kernel}.`;
  return [introduction, table, place].join('\n\n');
}
