import { once } from 'node:events';
import { join } from 'node:path';
import { alternate, type Bench, type Question } from '../rig/bench.ts';
import type { Finding } from '../rig/measurement.ts';
import { startProgram } from '../rig/processes.ts';
import { root } from '../rig/system.ts';

/** What the driver is told to do; see references/caches/driver.mjs. */
type Task =
  | { task: 'hits' | 'misses'; callers: number; seconds: number }
  | { task: 'stampede'; callers: number }
  | { task: 'races'; count: number };

const own = 'with-cache';
const others = ['bentocache', 'cache-manager', 'async-cache-dedupe'] as const;

/** What do hits and misses cost beside the usual caches, how often do they load, and what do they keep that is old? */
export const cacheLibraries: Question = {
  name: 'cache-libraries',
  async answer(bench: Bench): Promise<Finding[]> {
    const seconds = bench.seconds / 2;
    const drivers = await Promise.all([own, ...others].map((library) => startDriver(bench, library)));
    const measure = (task: Task) =>
      alternate(bench, Object.fromEntries(drivers.map(({ library, work }) => [library, () => work(task)])));
    try {
      const hits = await measure({ task: 'hits', callers: 32, seconds });
      const lonelyHits = await measure({ task: 'hits', callers: 1, seconds });
      const misses = await measure({ task: 'misses', callers: 32, seconds });
      const loads = await measure({ task: 'stampede', callers: 1000 });
      const stale = await measure({ task: 'races', count: 200 });
      const rate = { unit: 'reads/s', better: 'more' } as const;
      return [
        ...besideEach({ ...rate, row: '13a', what: 'Cache hits, 32 callers', mark: 1 }, hits),
        ...besideEach({ ...rate, row: '13a', what: 'Cache hits, one caller' }, lonelyHits),
        ...besideEach({ ...rate, row: '13b', what: 'Cache misses, 32 callers' }, misses),
        ...alone({ row: '13c', what: 'Loads of 1,000 concurrent misses', unit: 'loads', mark: 1 }, loads),
        ...alone({ row: '13d', what: 'Old after a race with a write', unit: 'of 200 reads', mark: 0 }, stale),
      ];
    } finally {
      await Promise.all(drivers.map(({ stop }) => stop()));
    }
  },
};

type Figures = Record<string, number[]>;

/** One finding for each of the other libraries: whoever is as good as each of them is as good as the best. */
const besideEach = (finding: Omit<Finding, 'figures' | 'reference'>, figures: Figures): Finding[] =>
  others.map((name) => ({
    ...finding,
    figures: figures[own]!,
    reference: { name, figures: figures[name]! },
  }));

/** The figure itself against its mark; those of the others for comparison. */
const alone = (finding: Omit<Finding, 'figures' | 'reference' | 'better'>, figures: Figures): Finding[] => [
  { ...finding, better: 'less', figures: figures[own]! },
  ...besideEach({ ...finding, better: 'less', mark: undefined }, figures),
];

/** A process of its own for each library, all on one Redis. */
async function startDriver({ rig }: Bench, library: string) {
  const driver = startProgram({
    folder: rig.folder,
    name: library,
    args: [join(root, 'benchmarks/references/caches/driver.mjs'), `./${library}.mjs`],
    variables: { REDIS_URL: rig.redisUrl },
  });
  const ended = driver.exited.then((how) => {
    throw new Error(`${library} ${how}, see ${driver.logFile}`);
  });
  ended.catch(() => undefined);
  const answer = async () =>
    (
      (await Promise.race([once(driver.process, 'message'), ended])) as [{ figure: number; error?: string }]
    )[0];
  await answer();

  async function work(task: Task): Promise<number> {
    driver.process.send(task);
    const { figure, error } = await answer();
    if (error) throw new Error(`${library}: ${error}`);
    return figure;
  }
  return { library, work, stop: () => driver.stop() };
}
