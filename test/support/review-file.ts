import { createRandom } from './random.ts';
import { truthOf, type Truth } from './review-ledger.ts';

const words = [
  'fits',
  'well',
  'too, small',
  'the "best"',
  'blue\nand grey',
  'größer',
  '服',
  'returned it',
  '',
];

/** A CSV file of `rows` reviews of `products` products, the same for the same seed, and what follows from it for each SKU. */
export function createReviewFile({ rows, products, seed }: { rows: number; products: number; seed: number }) {
  const { below, next } = createRandom(seed);
  const histograms = new Map<string, Truth['ratingDistribution']>();
  const lines = ['id,SKU,Stars,Title,Review Text,Name,Date'];
  for (let row = 0; row < rows; row++) {
    // Each product once, and then some more often than others.
    const sku = `sku-${row < products ? row : Math.floor(products * next() ** 2)}`;
    const stars = (1 + below(5)) as 1 | 2 | 3 | 4 | 5;
    const histogram = histograms.get(sku) ?? { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
    histogram[stars]++;
    histograms.set(sku, histogram);
    const text = Array.from({ length: below(12) }, () => words[below(words.length)]).join(' ');
    const date = new Date(Date.UTC(2024, 0, 1, row)).toISOString();
    lines.push([`r${row}`, sku, stars, quoted(text.slice(0, 20)), quoted(text), 'Ada', date].join(','));
  }
  const truths = new Map([...histograms].map(([sku, histogram]) => [sku, truthOf(histogram)]));
  return { csv: `${lines.join('\r\n')}\r\n`, truths };
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
