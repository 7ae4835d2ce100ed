import { addProducts } from '../rig/catalogue.ts';
import { newAdmin } from '../../api-service/test/support/tokens.ts';
import { tokenPlace } from '../../test/support/load.ts';
import type { LoadRequest } from '../rig/load.ts';
import { query } from '../rig/system.ts';

/** As many as there are new reviews among the requests, so that each is of another product. */
const productCount = 1_000;
const reviewsPerProduct = 20;
/** Each hundred of requests holds each kind by its share. */
const percent = { product: 80, reviews: 10, newReview: 5, editedReview: 5 };
const hundreds = 200;

/** Products with reviews, and requests for them, as shoppers send them: most read, few write. */
export async function createMixture(databaseUrl: string): Promise<LoadRequest[]> {
  const products = await addProducts(databaseUrl, productCount);
  const rows = await query<{ id: string }>(
    databaseUrl,
    `INSERT INTO reviews (product_id, rating, title, text, author_name)
     SELECT product, 1 + n % 5, 'Worth it', repeat('They fit, and they last. ', 6), 'Ada'
       FROM unnest($1::uuid[]) AS product, generate_series(1, $2::int) AS n
     RETURNING id`,
    [products, reviewsPerProduct],
  );
  return mixtureOf(
    products,
    rows.map(({ id }) => id),
    await newAdmin(),
  );
}

/** The requests, in the order in which they are sent again and again; `moderator` is the token of whoever edits. */
export const mixtureOf = (products: string[], reviews: string[], moderator: string): LoadRequest[] =>
  Array.from({ length: hundreds * 100 }, (_, n) => requestOf(n, products, reviews, moderator));

function requestOf(n: number, products: string[], reviews: string[], moderator: string): LoadRequest {
  // One on in each hundred, so that each kind of request comes to each product.
  const product = products[(n * 7 + Math.floor(n / 100)) % products.length]!;
  // Scatters the kinds, as 37 and 100 have no divisor in common.
  let place = (n * 37) % 100;
  if (place < percent.product) return { path: `/api/products/${product}` };
  place -= percent.product;
  if (place < percent.reviews) return { path: `/api/products/${product}/reviews` };
  place -= percent.reviews;
  const hundred = Math.floor(n / 100);
  if (place < percent.newReview) {
    const review = {
      productId: products[(hundred * percent.newReview + place) % products.length],
      rating: 1 + (n % 5),
      title: 'Good',
      text: 'As told.',
      authorName: 'Bo',
    };
    const headers = { Authorization: `Bearer ${tokenPlace}` };
    return { method: 'POST', path: '/api/reviews', headers, body: JSON.stringify(review) };
  }
  place -= percent.newReview;
  // The second half edits the same reviews to another rating: to change nothing would be cheap.
  const review = reviews[((hundred % (hundreds / 2)) * percent.editedReview + place) * 7]!;
  const body = JSON.stringify({ rating: hundred < hundreds / 2 ? 2 : 4 });
  const headers = { Authorization: `Bearer ${moderator}` };
  return { method: 'PATCH', path: `/api/reviews/${review}`, headers, body };
}
