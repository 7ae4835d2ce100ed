import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import type { HttpClient, Product, Rating } from '../../api-service/test/support/http-client.ts';
import { ratingOf, truthOf, type ReviewLedger } from './review-ledger.ts';

/** Waits until each instance serves every product with the rating that the acknowledged writes lead to. */
export async function waitForTruth(apis: readonly HttpClient[], productIds: string[], ledger: ReviewLedger) {
  const truths = productIds.map((id) => ({ id, ...ledger.truthOf(id) }));
  for (const api of apis) {
    await waitFor(
      `${api.baseUrl} serves the right ratings`,
      async () => {
        const products = await Promise.all(productIds.map((id) => api.product(id)));
        const served = products.map((product) => ({ id: product.id, ...ratingOf(product) }));
        return expect(served).to.deep.equal(truths);
      },
      { timeoutMs: 90_000, intervalMs: 50 },
    );
  }
}

/** Expects the same of lists, and of ratings asked for by themselves, with the versions that they must have. */
export async function expectTruthInLists(api: HttpClient, productIds: string[], ledger: ReviewLedger) {
  const { data: products } = await api.page<Product>('/api/products?limit=100');
  const listed = new Map(products.map((product) => [product.id, ratingOf(product)]));
  const { data: ratings } = await api.page<Rating>(`/api/ratings?productIds=${productIds.join()}`);
  const told = new Map(ratings.map((rating) => [rating.productId, rating]));
  for (const id of productIds) {
    expect(listed.get(id), `product ${id} in the list`).to.deep.equal(ledger.truthOf(id));
    expect(ratingOf(told.get(id)!), `rating of product ${id}`).to.deep.equal(ledger.truthOf(id));
    expect(told.get(id)!.version, `version of that rating`).to.equal(ledger.ratingVersionOf(id));
  }
}

/** Whatever moment a product's rating is of: its count and its average follow from its histogram. */
export function expectConsistent(product: Product) {
  expect(ratingOf(product), `rating of product ${product.id}`).to.deep.equal(
    truthOf(product.ratingDistribution),
  );
}
