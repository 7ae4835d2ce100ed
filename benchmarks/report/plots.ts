import type { Soak } from '../soak/judgement.ts';
import { formatNumber } from './format.ts';
import { barPlot } from './plots/bars.ts';
import { ratioPlot } from './plots/ratios.ts';
import { timePlot } from './plots/times.ts';
import type { Plot } from './plots/canvas.ts';
import type { Answer } from './results.ts';

export interface NamedPlot {
  /** In benchmarks/plots/. */
  file: string;
  /** What is to be seen, for whoever does not see it. */
  alt: string;
  plot: Plot;
}

/** Those for which there are figures. */
export function plotsOf(answers: Answer[]): NamedPlot[] {
  const findings = answers.flatMap((answer) => answer.findings);
  const plots: NamedPlot[] = [];
  const add = (file: string, alt: string, plot: Plot | undefined) => plot && plots.push({ file, alt, plot });

  add('ratios.svg', 'Every ratio with its spread, beside its mark', ratioPlot(findings));
  const http = findings.filter(({ unit, reference }) => unit === 'requests/s' && reference);
  add('requests.svg', 'Requests per second beside the references', barPlot('Requests per second', http));
  const latencies = findings.filter(({ row }) => Number.parseInt(row) === 6);
  add(
    'latency.svg',
    'From a review to its new average, beside the bare hops and commits',
    barPlot('From a committed review to the new average', latencies),
  );
  for (const { row, what, series } of findings)
    if (series?.seconds) add(`over-time-${row}.svg`, `${what}, over time`, timePlot(what, series));
  return plots;
}

export const soakPlotOf = ({ minutes, rate, samples }: Soak): NamedPlot => ({
  file: 'soak.svg',
  alt: 'Memory, latency, tables and queues over the time of the soak',
  plot: timePlot(`${formatNumber(minutes)} minutes at ${formatNumber(rate)} requests/s`, samples),
});
