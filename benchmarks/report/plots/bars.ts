import { spreadOf, type Finding } from '../../rig/measurement.ts';
import { formatNumber, formatSpread } from '../format.ts';
import { axisLine, axisText, canvas, colors, splitLine, titleHeight, width, type Plot } from './canvas.ts';

const rowHeight = 24;

interface Bar {
  name: string;
  figures: number[];
  color: string;
}

/** The project's figures beside those of their references, all in the unit of the first. Undefined without findings. */
export function barPlot(title: string, findings: Finding[]): Plot | undefined {
  if (findings.length === 0) return undefined;
  const { unit } = findings[0]!;
  // A heading, the bars below it, and room before the next.
  const lines = groupsOf(findings)
    .flatMap(({ heading, bars }) => [heading, ...bars, ''])
    .slice(0, -1);
  const isBar = (line: Bar | string) => typeof line !== 'string';
  return {
    width,
    height: titleHeight + lines.length * rowHeight + 56,
    option: {
      ...canvas(title, `Median over the rounds (least–most), in ${unit}`),
      grid: { left: 220, right: 180, top: titleHeight + 6, bottom: 40 },
      xAxis: {
        type: 'value',
        min: 0,
        axisLabel: { ...axisText, formatter: formatNumber },
        axisLine,
        splitLine,
      },
      yAxis: {
        type: 'category',
        inverse: true,
        axisLine: { show: false },
        axisTick: { show: false },
        data: lines.map((line) => (isBar(line) ? line.name : '')),
        axisLabel: { ...axisText, interval: 0, width: 200, overflow: 'truncate' },
      },
      series: [
        {
          type: 'bar',
          barWidth: 15,
          label: { show: true, position: 'right', color: colors.text, fontSize: 12 },
          data: lines.map((line) =>
            isBar(line)
              ? {
                  value: spreadOf(line.figures).median,
                  itemStyle: { color: line.color },
                  label: { formatter: formatSpread(spreadOf(line.figures)) },
                }
              : { value: 0, label: { formatter: line, fontWeight: 'bold', distance: 0 } },
          ),
        },
      ],
    },
  };
}

/** By what was measured: one bar of the project, however many references it was held against. */
function groupsOf(findings: Finding[]): { heading: string; bars: Bar[] }[] {
  const headings = [...new Set(findings.map(headingOf))];
  return headings.map((heading) => {
    const those = findings.filter((finding) => headingOf(finding) === heading);
    const ours = { name: 'CT Reviews', figures: those[0]!.figures, color: colors.ours };
    const others = those.flatMap(({ reference }) =>
      reference ? [{ ...reference, color: colors.others }] : [],
    );
    return { heading, bars: [ours, ...others] };
  });
}

const headingOf = ({ row, what }: Finding) => `${row}  ${what}`;
