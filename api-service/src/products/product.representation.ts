import type { Representation } from 'ct-common-lib/http';
import { bayesianAverage, type Histogram } from 'ct-common-lib/rating';
import type { Product } from './product.model.ts';

/**
 * A product as the API shows it. The entity tag holds both versions, the product's own and its rating's, as a
 * new rating changes these bytes without changing the product.
 */
export function representProduct(product: Product): Representation {
  return {
    etag: `"${product.version}.${product.ratingVersion}"`,
    body: json({
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
    }),
  };
}

/** A product's rating alone. */
export function representRating(product: Product): Representation {
  return {
    etag: `"${product.ratingVersion}"`,
    body: json({
      productId: product.id,
      ...rating(product),
      bayesianAverage: bayesianAverage(histogram(product)),
      version: Number(product.ratingVersion),
      updatedAt: product.ratingUpdatedAt,
    }),
  };
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

const json = (value: object) => Buffer.from(JSON.stringify(value));
