import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export interface ReviewFile {
  path: string;
  reviews: number;
  /** What follows from it: how many gave 1 to 5 stars, by SKU. */
  truth: Map<string, number[]>;
}

/** Writes reviews, each product once and then at random, one JSON object a line. */
export async function writeReviewFile(
  path: string,
  { reviews, products }: { reviews: number; products: number },
): Promise<ReviewFile> {
  const truth = new Map<string, number[]>();
  const file = createWriteStream(path);
  let lines: string[] = [];
  for (let n = 0; n < reviews; n++) {
    const product = `SKU-${n < products ? n : below(products)}`;
    const rating = 1 + below(5);
    const histogram = truth.get(product) ?? [0, 0, 0, 0, 0];
    histogram[rating - 1]!++;
    truth.set(product, histogram);
    lines.push(JSON.stringify(reviewOf(n, product, rating)));
    if (lines.length === 1_000 || n === reviews - 1) {
      if (!file.write(`${lines.join('\n')}\n`)) await once(file, 'drain');
      lines = [];
    }
  }
  file.end();
  await once(file, 'finish');
  return { path, reviews, truth };
}

const reviewOf = (n: number, product: string, rating: number) => ({
  id: `r-${n}`,
  product,
  productName: `Trail shoe ${product}`,
  rating,
  title: 'Light and dry',
  text: `After ${n % 500} kilometres they are still dry inside, and the sole shows no sign of wear.`,
  author: 'Ada',
  date: new Date(Date.UTC(2024, 0, 1) + n * 1_000).toISOString(),
});

const below = (limit: number) => Math.floor(Math.random() * limit);
