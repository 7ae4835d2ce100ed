import { join } from 'node:path';
import { waitFor } from 'ct-common-lib/testing';
import { alternate, type Bench, type Question } from '../rig/bench.ts';
import { addProducts, addReviews } from '../rig/catalogue.ts';
import { quantile, type Finding } from '../rig/measurement.ts';
import { startProgram } from '../rig/processes.ts';
import { query, root, type System } from '../rig/system.ts';

/** Does a review take longer to be counted where there are many already? */
export const largeProduct: Question = {
  name: 'large-product',
  async answer(bench: Bench): Promise<Finding[]> {
    const { rig, quick, seconds } = bench;
    const [many, few] = [quick ? 200_000 : 1_000_000, 100];
    const system = await rig.createSystem();
    try {
      const api = await system.startApi();
      await system.startRating();
      const [large, small] = await addRatedProducts(bench, system, { many, few });
      const figures = await alternate(bench, {
        'many reviews': () => addAndWait(api.baseUrl, large, seconds),
        'few reviews': () => addAndWait(api.baseUrl, small, seconds),
      });
      return [
        {
          row: '10',
          what: `POST a review of a product with ${many.toLocaleString('en')} others, until its average is served`,
          unit: 'ms',
          better: 'less',
          figures: figures['many reviews'],
          reference: { name: `of a product with ${few}`, figures: figures['few reviews'] },
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

/** Reviews one at a time, for so long: the median time in ms from the request until the product is served with it counted. */
async function addAndWait(baseUrl: string, productId: string, seconds: number): Promise<number> {
  const countedReviews = async () => {
    const answer = await fetch(`${baseUrl}/api/products/${productId}`);
    return ((await answer.json()) as { reviewCount: number }).reviewCount;
  };
  const times: number[] = [];
  let counted = await countedReviews();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const started = performance.now();
    await addReview(baseUrl, productId);
    counted++;
    const isCounted = async () => (await countedReviews()) === counted;
    await waitFor(`a rating of ${counted} reviews`, isCounted, { intervalMs: 1 });
    times.push(performance.now() - started);
  }
  return quantile(times, 0.5);
}

async function addReview(baseUrl: string, productId: string): Promise<void> {
  const answer = await fetch(`${baseUrl}/api/reviews`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      productId,
      rating: 4,
      title: 'Light and dry',
      text: 'As told.',
      authorName: 'Ada',
    }),
  });
  if (answer.status !== 201) throw new Error(`a review was answered with ${answer.status}`);
  await answer.arrayBuffer();
}
