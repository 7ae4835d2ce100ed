// Draws with echarts, which only benchmarks/package.json installs.
import { init } from 'echarts';

/** The SVG of a plot, the same for the same plot. */
export function draw({ width, height, option }) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
