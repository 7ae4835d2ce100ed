/** What echarts is given; see https://echarts.apache.org/en/option.html. */
export interface Plot {
  /** In pixels. */
  width: number;
  height: number;
  option: Record<string, unknown>;
}

// A ground of its own, as GitHub shows pictures on white or on near-black. The hues are apart for the colour-blind, too
// (Okabe and Ito 2008).
export const colors = {
  ground: '#ffffff',
  text: '#1f2328',
  faint: '#59636e',
  lines: '#d1d9e0',
  ours: '#0072b2',
  others: '#9aa4ae',
  short: '#d55e00',
} as const;

export const width = 960;

export const titleHeight = 52;

/** What all plots have. */
export const canvas = (title: string, subtitle?: string) => ({
  backgroundColor: colors.ground,
  animation: false,
  textStyle: {
    fontFamily: 'Segoe UI, Liberation Sans, Helvetica, Arial, sans-serif',
    color: colors.text,
  },
  title: {
    text: title,
    subtext: subtitle,
    left: 16,
    top: 10,
    itemGap: 4,
    textStyle: { fontSize: 16, color: colors.text },
    subtextStyle: { fontSize: 12, color: colors.faint },
  },
});

export const axisText = { color: colors.text, fontSize: 12 };
export const splitLine = { lineStyle: { color: colors.lines } };
export const axisLine = { show: true, lineStyle: { color: colors.faint } };
