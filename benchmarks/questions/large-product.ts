import { join } from 'node:path';
import { alternate, type Bench, type Question } from '../rig/bench.ts';
import { addProducts, addReviews } from '../rig/catalogue.ts';
import { quantile, type Finding } from '../rig/measurement.ts';
import { timesToAverage } from '../rig/new-average.ts';
import { startProgram } from '../rig/processes.ts';
import { query, root, type System } from '../rig/system.ts';

/** Does a review take longer to be counted where there are many already? */
export const largeProduct: Question = {
  name: 'large-product',
  async answer(bench: Bench): Promise<Finding[]> {
    const { rig, quick } = bench;
    const [many, few, samples] = [quick ? 100_000 : 1_000_000, 100, quick ? 100 : 400];
    const system = await rig.createSystem();
    try {
      const api = await system.startApi();
      await system.startRating();
      const [large, small] = await addRatedProducts(bench, system, { many, few });
      const median = async (product: string) => quantile(await timesToAverage(api, product, samples), 0.5);
      const figures = await alternate(bench, {
        'many reviews': () => median(large),
        'few reviews': () => median(small),
      });
      return [
        {
          row: '10',
          what: `POST a review beside ${many.toLocaleString('en')} others until its average is served`,
          unit: 'ms',
          better: 'less',
          figures: figures['many reviews'],
          reference: { name: `a product with ${few}`, figures: figures['few reviews'] },
          mark: 1.2,
        },
      ];
    } finally {
      await system.remove();
    }
  },
};

/** Two products with so many reviews, which have been there for long: counted in both databases, and vacuumed. */
async function addRatedProducts(
  { rig, progress }: Bench,
  { databaseUrl, ratingDatabaseUrl }: System,
  { many, few }: { many: number; few: number },
): Promise<[string, string]> {
  progress(`adding ${many} reviews`);
  const [large] = await addProducts(databaseUrl, 1);
  await addReviews(databaseUrl, many - few);
  const [small] = await addProducts(databaseUrl, 1);
  // Of both.
  await addReviews(databaseUrl, few);
  progress('counting them');
  const rebuild = startProgram({
    folder: rig.folder,
    name: 'ratings-rebuild',
    args: ['--conditions=ct-source', '--import=tsx', join(root, 'scripts/ratings-rebuild.ts')],
    variables: { DATABASE_URL: databaseUrl, RATING_DATABASE_URL: ratingDatabaseUrl },
  });
  const end = await rebuild.exited;
  if (end !== 'ended with exit code 0') throw new Error(`the rebuild ${end}, see ${rebuild.logFile}`);
  for (const url of [databaseUrl, ratingDatabaseUrl]) await query(url, 'VACUUM ANALYZE');
  return [large!, small!];
}
