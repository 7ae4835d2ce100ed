import { expect } from 'chai';
import { mixtureOf } from '../../benchmarks/soak/mixture.ts';

describe('the mixture of requests', () => {
  const products = Array.from({ length: 1_000 }, (_, n) => `p${n}`);
  const reviews = Array.from({ length: 10_000 }, (_, n) => `r${n}`);
  const requests = mixtureOf(products, reviews, 'a token');
  const kindOf = ({ method = 'GET', path }: (typeof requests)[number]) =>
    `${method} ${path.replace(/\/[pr]\d+/, '/:id')}`;

  it('has each kind by its share in every hundred', () => {
    for (const first of [0, 100, requests.length - 100]) {
      const counts: Record<string, number> = {};
      for (const request of requests.slice(first, first + 100))
        counts[kindOf(request)] = (counts[kindOf(request)] ?? 0) + 1;
      expect(counts).to.deep.equal({
        'GET /api/products/:id': 80,
        'GET /api/products/:id/reviews': 10,
        'POST /api/reviews': 5,
        'PATCH /api/reviews/:id': 5,
      });
    }
  });

  it('reviews the products that are read', () => {
    const read = new Set(
      requests.filter((one) => kindOf(one) === 'GET /api/products/:id').map(({ path }) => path),
    );
    const reviewed = requests
      .filter((one) => kindOf(one) === 'POST /api/reviews')
      .map(({ body }) => (JSON.parse(body!) as { productId: string }).productId);
    expect(read.size).to.equal(products.length);
    expect(reviewed, 'each of another product').to.have.members(products);
  });
});
