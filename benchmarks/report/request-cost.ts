// Draws docs/cached-read.svg, from the figures of docs/performance.md:
// node --conditions=ct-source --import=tsx benchmarks/report/request-cost.ts
import { readFile, writeFile } from 'node:fs/promises';
import {
  axisLine,
  axisText,
  canvas,
  colors,
  splitLine,
  titleHeight,
  width,
  type Plot,
} from './plots/canvas.ts';

const docs = new URL('../../docs/', import.meta.url);
const hues = ['#9aa4ae', '#56b4e9', '#0072b2', '#009e73', '#f0e442', '#e69f00', '#cc79a7', '#d55e00'];

const { draw } = (await import(new URL('draw.mjs', import.meta.url).href)) as {
  draw: (plot: Plot) => string;
};
const table = tableOf(await readFile(new URL('performance.md', docs), 'utf8'));
await writeFile(new URL('cached-read.svg', docs), draw(stackedPlot(table)));

interface Table {
  /** What is compared, first to last. */
  bars: string[];
  /** Each with its µs in every bar. */
  steps: { name: string; costs: number[] }[];
}

/** The table below `| step`, without its sum. */
function tableOf(page: string): Table {
  const rows = /^\| step .*\n(?:\|.*\n)+/m.exec(page)![0].trim().split('\n');
  const [head, , ...body] = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const steps = body
    .filter(([name]) => !name!.startsWith('**'))
    .map(([name, ...costs]) => ({ name: name!, costs: costs.map((cost) => Number(cost) || 0) }));
  return { bars: head!.slice(1), steps };
}

function stackedPlot({ bars, steps }: Table): Plot {
  return {
    width,
    height: titleHeight + 64 + bars.length * 48 + 56,
    option: {
      ...canvas('What a cached read costs', 'Processor time of the process for each request, in µs'),
      legend: {
        left: 16,
        top: titleHeight + 4,
        width: width - 32,
        itemWidth: 14,
        itemGap: 20,
        textStyle: axisText,
      },
      grid: { left: 130, right: 60, top: titleHeight + 64, bottom: 40 },
      xAxis: { type: 'value', min: 0, axisLabel: axisText, axisLine, splitLine },
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars,
        axisLabel: axisText,
        axisLine: { show: false },
        axisTick: { show: false },
      },
      series: steps.map(({ name, costs }, i) => ({
        type: 'bar',
        name,
        stack: 'request',
        barWidth: 26,
        itemStyle: { color: hues[i % hues.length], borderColor: colors.ground, borderWidth: 1 },
        data: costs,
      })),
    },
  };
}
