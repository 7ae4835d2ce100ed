import type { Environment } from '../report/environment.ts';
import { quantile } from '../rig/measurement.ts';

/** What was seen during one soak. */
export interface Soak extends Environment {
  /** RFC 3339, UTC. */
  date: string;
  commit: string;
  minutes: number;
  /** Requests/s that the system answered at the most, and those that it was sent all the time. */
  peak: number;
  rate: number;
  /** By the names of {@link Sample}, `seconds` among them. */
  samples: Record<string, number[]>;
}

export interface Judgement {
  what: string;
  /** Of the second quarter of the time, when caches and heaps are filled, and of the last. */
  before: number;
  after: number;
  isFlat: boolean;
}

interface Rule {
  /** The end of the names of the samples that it is for. */
  series: string;
  /** What of a quarter is compared: what rises and falls by nature is judged by its peak. */
  of: 'median' | 'peak';
  /** What is no growth, however little there was before; in the unit of the series. */
  harmless: number;
}

const growthAllowed = 1.2;

const rules: Rule[] = [
  { series: 'memory, MiB', of: 'median', harmless: 0 },
  { series: 'memory, MiB', of: 'peak', harmless: 0 },
  { series: 'latency, ms', of: 'median', harmless: 2 },
  // A batch of the relay.
  { series: 'live rows', of: 'peak', harmless: 500 },
  // As many as the autovacuum of these tables leaves.
  { series: 'dead rows', of: 'peak', harmless: 5_000 },
  { series: 'size, MiB', of: 'peak', harmless: 1 },
  { series: 'messages', of: 'peak', harmless: 500 },
];

/** Whether what should be flat is: at most 1.2 times as much in the last quarter as in the second, and no error at all. */
export function judge({ samples, rate }: Pick<Soak, 'samples' | 'rate'>): Judgement[] {
  const judgements: Judgement[] = [];
  for (const { series, of, harmless } of rules)
    for (const [name, values] of Object.entries(samples).filter(([name]) => name.endsWith(series))) {
      const figureOf =
        of === 'median' ? (part: number[]) => quantile(part, 0.5) : (part: number[]) => Math.max(...part);
      const [before, after] = quartersOf(values).map(figureOf) as [number, number];
      const isFlat = after <= Math.max(before * growthAllowed, harmless);
      judgements.push({ what: `${name} (${of})`, before, after, isFlat });
    }
  const [before, after] = quartersOf(samples['requests/s']!).map((part) => quantile(part, 0.5)) as [
    number,
    number,
  ];
  judgements.push({ what: 'requests/s (median)', before, after, isFlat: after >= rate * 0.98 });
  // Each counts, whenever it came.
  const half = Math.floor(samples.errors!.length / 2);
  const halves = [samples.errors!.slice(0, half), samples.errors!.slice(half)].map(sum);
  judgements.push({
    what: 'errors (sum of each half of the time)',
    before: halves[0]!,
    after: halves[1]!,
    isFlat: sum(samples.errors!) === 0,
  });
  return judgements;
}

/** The second and the last. Throws RangeError if there are too few values for quarters. */
function quartersOf(values: number[]): [number[], number[]] {
  if (values.length < 4) throw new RangeError('a soak is judged by its quarters: it takes four samples');
  const at = (share: number) => Math.floor(values.length * share);
  return [values.slice(at(0.25), at(0.5)), values.slice(at(0.75))];
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
