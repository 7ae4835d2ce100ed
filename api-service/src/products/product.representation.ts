import { createRepresentation, type Representation } from 'ct-common-lib/http';
import { bayesianAverage, type Histogram } from 'ct-common-lib/rating';
import type { Product } from './product.model.ts';

/** A product as the API shows it. */
export function representProduct(product: Product): Representation {
  return createRepresentation(product.version, {
    id: product.id,
    sku: product.sku,
    name: product.name,
    description: product.description,
    brand: product.brand,
    price: product.price,
    currency: product.currency,
    ...rating(product),
    version: Number(product.version),
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
  });
}

/** A product's rating alone. */
export function representRating(product: Product): Representation {
  return createRepresentation(product.ratingVersion, {
    productId: product.id,
    ...rating(product),
    bayesianAverage: bayesianAverage(histogram(product)),
    version: Number(product.ratingVersion),
    updatedAt: product.ratingUpdatedAt,
  });
}

function rating(product: Product) {
  const [n1, n2, n3, n4, n5] = histogram(product);
  return {
    averageRating: product.averageRating === null ? null : Number(product.averageRating),
    reviewCount: Number(product.reviewCount),
    ratingDistribution: { 1: n1, 2: n2, 3: n3, 4: n4, 5: n5 },
  };
}

function histogram({ distribution }: Product): Histogram {
  const [n1, n2, n3, n4, n5] = distribution.map(Number);
  return [n1 ?? 0, n2 ?? 0, n3 ?? 0, n4 ?? 0, n5 ?? 0];
}
