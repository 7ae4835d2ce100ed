import { ratiosOf, reachesMark, spreadOf, type Finding } from '../../rig/measurement.ts';
import { formatMark, formatNumber } from '../format.ts';
import { axisLine, axisText, canvas, colors, splitLine, titleHeight, width, type Plot } from './canvas.ts';

const rowHeight = 36;
const mostShown = 8;

/** Each median and spread in multiples of its mark, turned so that right is better. Undefined if none has a mark. */
export function ratioPlot(all: Finding[]): Plot | undefined {
  const findings = all.filter((finding) =>
    marksOf(finding).every((value) => value > 0 && Number.isFinite(value)),
  );
  if (findings.length === 0) return undefined;
  const spreads = findings.map((finding) => spreadOf(marksOf(finding).map(clip)));
  const nearest = Math.min(0.5, ...spreads.map(({ least }) => 2 ** Math.floor(Math.log2(least))));
  const farthest = Math.max(2, ...spreads.map(({ most }) => 2 ** Math.ceil(Math.log2(most))));
  const rows = {
    type: 'category',
    inverse: true,
    axisLine: { show: false },
    axisTick: { show: false },
  };
  return {
    width,
    height: titleHeight + findings.length * rowHeight + 76,
    option: {
      ...canvas(
        'Every figure beside its mark',
        'Median and spread over the rounds, in multiples of the mark; right is better; a diamond falls short',
      ),
      grid: { left: 440, right: 190, top: titleHeight + 24, bottom: 52 },
      xAxis: {
        type: 'log',
        logBase: 2,
        min: nearest,
        max: farthest,
        name: 'times the mark',
        nameLocation: 'middle',
        nameGap: 30,
        nameTextStyle: axisText,
        axisLabel: {
          ...axisText,
          formatter: (value: number) => (value < 1 ? `1/${1 / value}` : String(value)),
        },
        axisLine,
        splitLine,
      },
      yAxis: [
        {
          ...rows,
          data: findings.map(nameOf),
          axisLabel: {
            ...axisText,
            interval: 0,
            rich: { below: { color: colors.faint, fontSize: 11, lineHeight: 14 } },
            width: 416,
            overflow: 'truncate',
          },
        },
        {
          ...rows,
          position: 'right',
          data: findings.map(figureOf),
          axisLabel: { ...axisText, interval: 0 },
        },
      ],
      series: [
        {
          type: 'custom',
          data: spreads.map(({ least, most }, row) => [least, row, most]),
          renderItem: drawSpread(findings),
        },
        {
          type: 'scatter',
          yAxisIndex: 0,
          symbolSize: 11,
          data: spreads.map(({ median }, row) => ({
            value: [median, row],
            symbol: reachesMark(findings[row]!) ? 'circle' : 'diamond',
            itemStyle: { color: colorOf(findings[row]!) },
          })),
          markLine: {
            symbol: 'none',
            silent: true,
            lineStyle: { color: colors.text, width: 1.5, type: 'solid' },
            label: { formatter: 'mark', position: 'start', color: colors.text, fontSize: 12 },
            data: [{ xAxis: 1 }],
          },
        },
        // Nothing, but an axis without a series is not drawn.
        { type: 'scatter', yAxisIndex: 1, data: [] },
      ],
    },
  };
}

/** By round. Empty numbers where there is no mark. */
const marksOf = (finding: Finding) =>
  ratiosOf(finding).map((ratio) =>
    finding.better === 'more' ? ratio / (finding.mark ?? NaN) : (finding.mark ?? NaN) / ratio,
  );

const clip = (value: number) => Math.min(Math.max(value, 1 / mostShown), mostShown);

const colorOf = (finding: Finding) => (reachesMark(finding) ? colors.ours : colors.short);

const nameOf = ({ row, what, reference }: Finding) =>
  `${row}  ${what}\n{below|${reference ? `against ${reference.name}` : 'by itself'}}`;

function figureOf(finding: Finding): string {
  const { median } = spreadOf(ratiosOf(finding));
  return `${formatNumber(median)}${finding.reference ? ' ×' : ` ${finding.unit}`}  (${formatMark(finding)})`;
}

interface Api {
  value: (dimension: number) => number;
  coord: (value: number[]) => [number, number];
}

const drawSpread =
  (findings: Finding[]) =>
  (_params: unknown, { value, coord }: Api) => {
    const [from, y] = coord([value(0), value(1)]);
    const [to] = coord([value(2), value(1)]);
    const style = { stroke: colorOf(findings[value(1)]!), lineWidth: 2, fill: 'none' };
    const line = (x1: number, y1: number, x2: number, y2: number) => ({
      type: 'line',
      shape: { x1, y1, x2, y2 },
      style,
    });
    return {
      type: 'group',
      children: [line(from, y, to, y), line(from, y - 5, from, y + 5), line(to, y - 5, to, y + 5)],
    };
  };
