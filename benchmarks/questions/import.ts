import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { averageRating, type Histogram } from 'ct-common-lib/rating';
import { alternate, type Bench, type Question } from '../rig/bench.ts';
import { askForFigure } from '../rig/figure.ts';
import type { Finding } from '../rig/measurement.ts';
import { spreadOf } from '../rig/measurement.ts';
import type { Program } from '../rig/processes.ts';
import { writeReviewFile, type ReviewFile } from '../rig/review-file.ts';
import { query, type System } from '../rig/system.ts';

const products = 1_000;
const lookIntervalMs = 100;
const patienceMs = 600_000;

/** How fast do reviews come in from a file, until the last average is right, and does the memory stay the same? */
export const importReviews: Question = {
  name: 'import',
  async answer(bench: Bench): Promise<Finding[]> {
    const { rig, quick, progress } = bench;
    const few = await writeReviewFile(join(rig.folder, 'few.ndjson'), {
      reviews: quick ? 50_000 : 200_000,
      products,
    });
    const many = await writeReviewFile(join(rig.folder, 'many.ndjson'), {
      reviews: quick ? 100_000 : 1_000_000,
      products,
    });
    const home = await rig.createSystem();
    const loop = await rig.startReference('rating-loop.ts', {
      variables: { DATABASE_URL: home.ratingDatabaseUrl },
    });
    try {
      const figures = await alternate(bench, {
        import: async () => few.reviews / (await importOnce(bench, few)).seconds,
        'the bare statement': () => askForFigure(loop, `/${few.reviews}/${products}`),
      });
      const large = `an import of ${many.reviews.toLocaleString('en')} reviews`;
      progress(`${large}, once`);
      const { seconds, series } = await importOnce(bench, many);
      return [
        {
          row: '12',
          what: 'Import reviews until every average is right',
          unit: 'reviews/s',
          better: 'more',
          figures: figures.import,
          reference: { name: 'the statement in batches of 100', figures: figures['the bare statement'] },
          mark: 0.4,
          shortfall,
        },
        {
          row: '12',
          what: `The same in ${large}`,
          unit: 'reviews/s',
          better: 'more',
          figures: [many.reviews / seconds],
        },
        {
          row: '12',
          what: `Growth of memory after a fifth of ${large}`,
          unit: '×',
          better: 'less',
          figures: [Math.max(...memoryIn(series).map(growthOf))],
          mark: 1.25,
          series,
        },
      ];
    } finally {
      await loop.stop();
      await home.remove();
    }
  },
};

const shortfall =
  'The mark is 0.066 ms of two cores for each review. On its whole way a review takes 0.24 ms of their time (docs/performance.md), of which the reference does a twentieth: both cores busy all the time would come to a ratio of 0.11. To read it, and to write it with its five indexes and its event, takes 0.06 ms alone.';

interface Import {
  seconds: number;
  /** Every 100 ms: what is resident of each process, until it ends, and how many reviews are counted. */
  series: Record<string, number[]>;
}

async function importOnce({ rig }: Bench, file: ReviewFile): Promise<Import> {
  const system = await rig.createSystem();
  try {
    const [api, rating] = [await system.startApi(), await system.startRating()];
    const started = performance.now();
    const importer = system.startImport(file.path);
    let counted = 0;
    const watch = watchImport({ 'api-service': api, 'rating-service': rating, importer }, () => counted);
    try {
      const deadline = started + patienceMs;
      while ((counted = await countReviews(system)) < file.reviews) {
        if (performance.now() > deadline) throw new Error('after ten minutes reviews are still missing');
        await sleep(lookIntervalMs);
      }
      const seconds = (performance.now() - started) / 1000;
      await assertRight(system, file);
      return { seconds, series: watch.series };
    } finally {
      watch.stop();
    }
  } finally {
    await system.remove();
  }
}

async function countReviews({ databaseUrl }: System): Promise<number> {
  const [row] = await query<{ counted: number }>(
    databaseUrl,
    'SELECT coalesce(sum(review_count), 0)::int AS counted FROM products',
  );
  return row!.counted;
}

async function assertRight({ databaseUrl }: System, { truth }: ReviewFile): Promise<void> {
  const rows = await query<{ sku: string; stars: number[]; average: number }>(
    databaseUrl,
    'SELECT sku, distribution::int[] AS stars, average_rating::float8 AS average FROM products',
  );
  const isRight = ({ sku, stars, average }: (typeof rows)[number]) => {
    const wanted = truth.get(sku);
    return wanted?.join() === stars.join() && average === averageRating(wanted as unknown as Histogram);
  };
  const wrong = rows.filter((row) => !isRight(row));
  if (rows.length === truth.size && wrong.length === 0) return;
  throw new Error(
    `${wrong.length} of ${rows.length} ratings are wrong, of ${truth.size} that there should be`,
  );
}

const memoryUnit = 'memory, MiB';
const memoryIn = (series: Import['series']) =>
  Object.entries(series).flatMap(([name, values]) => (name.endsWith(memoryUnit) ? [values] : []));

function watchImport(processes: Record<string, Pick<Program, 'usage' | 'isRunning'>>, counted: () => number) {
  const series: Import['series'] = {};
  const add = (name: string, value: number) => (series[name] ??= []).push(value);
  const started = performance.now();
  const look = () => {
    add('seconds', (performance.now() - started) / 1000);
    add('reviews in averages, thousands', counted() / 1000);
    for (const [name, program] of Object.entries(processes))
      if (program.isRunning()) add(`${name}: ${memoryUnit}`, residentMiB(program));
  };
  const timer = setInterval(look, lookIntervalMs);
  return { series, stop: () => clearInterval(timer) };
}

const residentMiB = ({ usage }: Pick<Program, 'usage'>) => usage().rssBytes / 2 ** 20;

/** The most of the last four fifths, by the most of the first. */
function growthOf(series: number[]): number {
  const second = Math.ceil(series.length / 5);
  return spreadOf(series.slice(second)).most / spreadOf(series.slice(0, second)).most;
}
