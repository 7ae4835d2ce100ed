import { formatNumber } from '../format.ts';
import { axisLine, axisText, canvas, colors, splitLine, titleHeight, width, type Plot } from './canvas.ts';

const panelHeight = 150;
const columns = 2;
const margin = { left: 64, right: 20, top: 34, bottom: 30 };

/**
 * One small plot for each series, all over the same time: `seconds` holds that, and the name of each other ends with its
 * unit, e.g. `memory, MiB`. Series whose names differ in what stands before a colon alone share a plot.
 */
export function timePlot(title: string, { seconds = [], ...series }: Record<string, number[]>): Plot {
  const names = [...new Set(Object.keys(series).map(panelOf))];
  const panelWidth = (width - 16) / columns;
  const inMinutes = seconds.at(-1)! > 180;
  const times = seconds.map((second) => (inMinutes ? second / 60 : second));
  const top = titleHeight + 12;
  const placeOf = (panel: number) => ({
    left: 8 + (panel % columns) * panelWidth,
    top: top + Math.floor(panel / columns) * panelHeight,
  });
  const lines = names.flatMap((panelName, panel) =>
    Object.entries(series)
      .filter(([name]) => panelOf(name) === panelName)
      .map(([name, values], i) => ({
        name: name.split(': ')[0]!,
        panel,
        values,
        color: hues[i % hues.length]!,
      })),
  );
  return {
    width,
    height: top + Math.ceil(names.length / columns) * panelHeight + 12,
    option: {
      ...canvas(title, `Over ${inMinutes ? 'minutes' : 'seconds'}`),
      graphic: names.map((text, panel) => ({
        type: 'text',
        left: placeOf(panel).left + 16,
        top: placeOf(panel).top + 8,
        style: headingOf(
          text,
          lines.filter((line) => line.panel === panel),
        ),
      })),
      grid: names.map((_, panel) => ({
        left: placeOf(panel).left + margin.left,
        top: placeOf(panel).top + margin.top,
        width: panelWidth - margin.left - margin.right,
        height: panelHeight - margin.top - margin.bottom,
      })),
      xAxis: names.map((_, gridIndex) => ({
        gridIndex,
        type: 'value',
        max: times.at(-1),
        axisLabel: { ...axisText, fontSize: 11, showMaxLabel: false },
        axisLine,
        splitLine: { show: false },
      })),
      yAxis: names.map((_, gridIndex) => ({
        gridIndex,
        type: 'value',
        min: 0,
        splitNumber: 3,
        axisLabel: { ...axisText, fontSize: 11, formatter: formatNumber },
        splitLine,
      })),
      series: lines.map((line) => ({
        type: 'line',
        name: line.name,
        xAxisIndex: line.panel,
        yAxisIndex: line.panel,
        showSymbol: false,
        lineStyle: { width: 1.6, color: line.color },
        itemStyle: { color: line.color },
        data: times.map((time, i) => [time, line.values[i]]),
      })),
    },
  };
}

const hues = [colors.ours, colors.short, '#009e73', '#cc79a7'];

/** `api-service: memory, MiB` is drawn in the panel `memory, MiB`. */
const panelOf = (name: string) => name.split(': ').at(-1)!;

/** What a panel shows, and its lines by their colours where there are several. */
function headingOf(panel: string, lines: { name: string; color: string }[]) {
  const names = lines.length > 1 ? lines.map(({ name }, i) => `{line${i}|━} ${name}`) : [];
  const styles = lines.map(({ color }, i) => [`line${i}`, { fill: color, fontWeight: 'bold' }] as const);
  return {
    text: [`{panel|${panel}}`, ...names].join('   '),
    fontSize: 12,
    fill: colors.text,
    rich: { panel: { fontSize: 12, fontWeight: 'bold', fill: colors.text }, ...Object.fromEntries(styles) },
  };
}
