import { Router } from 'express';
import { z } from 'zod';
import { endpoint, route, sendPage, sendRepresentation, type About } from 'ct-common-lib/http';
import { id, idParamsOf } from '../http/fields.ts';
import type { ProductRepository } from '../products/product.repository.ts';
import { ratingPageSchema, ratingSchema } from '../products/product.schema.ts';
import { productNotFound } from '../products/product.service.ts';

const ratingsQuerySchema = z.strictObject({
  productIds: z
    .string()
    .transform((list) => [...new Set(list.toLowerCase().split(','))])
    .pipe(z.array(id).max(100, 'must name at most 100 products'))
    .meta({ description: 'Ids of up to 100 products, separated by commas.' }),
});

/** Ratings alone, of one product or of many at once. */
export function createRatingRouter({ products }: { products: ProductRepository }): Router {
  const router = Router();

  route(router, '/api/products/:id/rating', {
    get: endpoint({ params: idParams, about: about.get }, async ({ params: { id } }, res, req) => {
      const rating = await products.findRating(id);
      if (!rating) throw productNotFound(id);
      sendRepresentation(req, res, rating);
    }),
  });

  route(router, '/api/ratings', {
    /** In the order asked for; a product that does not exist is left out. */
    get: endpoint({ query: ratingsQuerySchema, about: about.list }, async ({ query }, res, req) => {
      const ratings = await products.findRatings(query.productIds);
      sendPage(req, res, { items: ratings.filter((rating) => rating !== null), nextCursor: null });
    }),
  });

  return router;
}

const idParams = idParamsOf('`POST` or `GET /api/products`');
const tag = 'Ratings';
const rating = {
  productId: '01a1fc86-3458-7527-9678-c72b2d45f41f',
  averageRating: 4.5,
  reviewCount: 2,
  ratingDistribution: { 1: 0, 2: 0, 3: 0, 4: 1, 5: 1 },
  bayesianAverage: 3.25,
  version: 2,
  updatedAt: '2026-11-21T05:13:37.242Z',
};

const about = {
  get: {
    id: 'getRating',
    summary: 'Get the rating of a product',
    tag,
    answer: { description: 'The rating.', body: ratingSchema, example: rating, tagged: true },
    problems: { 404: ['PRODUCT_NOT_FOUND'] },
  },
  list: {
    id: 'listRatings',
    summary: 'Get the ratings of many products',
    tag,
    answer: {
      description: 'Those that exist, in the order asked for; there is no next page.',
      body: ratingPageSchema,
      example: { data: [rating], nextCursor: null },
      tagged: true,
    },
  },
} satisfies Record<string, About>;
