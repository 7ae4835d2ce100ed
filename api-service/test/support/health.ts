import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import type { HttpClient, Product } from './http-client.ts';

interface Health {
  status: string;
  parts: Record<string, string>;
}

export const health = ({ get }: HttpClient) => get<Health>('/health/ready');

export const waitForPart = (api: HttpClient, part: string, state: string) =>
  waitFor(`${part} to be ${state}`, async () => (await health(api)).body.parts[part] === state);

/** Writes of every kind, each read back. */
export async function expectWorking(api: HttpClient) {
  const { id } = await api.createProduct();
  const path = `/api/products/${id}`;
  const { body: renamed } = await api.patch<Product>(path, { name: 'New' });
  expect(await api.product(id)).to.deep.equal(renamed);
  const review = await api.createReview(id);
  expect((await api.page(`${path}/reviews`)).data).to.deep.equal([review]);
  await api.patch(`/api/reviews/${review.id}`, { rating: 1 });
  expect((await api.review(review.id)).rating).to.equal(1);
  expect((await api.delete(path)).status).to.equal(204);
  for (const gone of [path, `/api/reviews/${review.id}`]) expect((await api.get(gone)).status).to.equal(404);
}
