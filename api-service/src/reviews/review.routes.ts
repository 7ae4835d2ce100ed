import { Router } from 'express';
import { endpoint, route, sendPage, sendRepresentation } from 'ct-common-lib/http';
import { idParams } from '../http/fields.ts';
import type { ProductRepository } from '../products/product.repository.ts';
import { productNotFound } from '../products/product.service.ts';
import type { ReviewRepository } from './review.repository.ts';
import { representReview } from './review.representation.ts';
import {
  newReviewSchema,
  reviewPatchSchema,
  reviewQuerySchema,
  reviewReplacementSchema,
} from './review.schema.ts';
import { reviewNotFound, type ReviewService } from './review.service.ts';

interface Deps {
  reviews: ReviewRepository;
  reviewService: ReviewService;
  products: ProductRepository;
}

/** `/api/reviews`, and the reviews below a product. */
export function createReviewRouter({ reviews, reviewService, products }: Deps): Router {
  const router = Router();

  route(router, '/api/reviews', {
    post: endpoint({ body: newReviewSchema }, async ({ body }, res, req) => {
      const review = await reviewService.create(body);
      res.status(201).location(`/api/reviews/${review.id}`);
      sendRepresentation(req, res, representReview(review));
    }),
  });

  route(router, '/api/reviews/:id', {
    get: endpoint({ params: idParams }, async ({ params: { id } }, res, req) => {
      const review = await reviews.find(id);
      if (!review) throw reviewNotFound(id);
      sendRepresentation(req, res, review);
    }),

    put: endpoint({ params: idParams, body: reviewReplacementSchema }, async ({ params, body }, res, req) => {
      sendRepresentation(req, res, representReview(await reviewService.update(params.id, body)));
    }),

    patch: endpoint({ params: idParams, body: reviewPatchSchema }, async ({ params, body }, res, req) => {
      sendRepresentation(req, res, representReview(await reviewService.update(params.id, body)));
    }),

    delete: endpoint({ params: idParams }, async ({ params }, res) => {
      await reviewService.remove(params.id);
      res.status(204).end();
    }),
  });

  route(router, '/api/products/:id/reviews', {
    get: endpoint(
      { params: idParams, query: reviewQuerySchema },
      async ({ params: { id }, query }, res, req) => {
        const { ids, nextCursor } = await reviews.listIds(id, query);
        // Only an empty page leaves open whether the product exists at all.
        if (ids.length === 0 && !(await products.find(id))) throw productNotFound(id);
        const items = await reviews.findMany(ids);
        sendPage(req, res, { items: items.filter((item) => item !== null), nextCursor });
      },
    ),
  });

  return router;
}
