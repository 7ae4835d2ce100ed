import { Router } from 'express';
import { endpoint, route, sendPage, sendRepresentation, type About } from 'ct-common-lib/http';
import type { Scope } from '../auth/scopes.ts';
import { sendCreated } from '../http/done.ts';
import { idParamsOf, pageExample } from '../http/fields.ts';
import type { ProductRepository } from '../products/product.repository.ts';
import { productNotFound } from '../products/product.service.ts';
import type { ReviewRepository } from './review.repository.ts';
import { representReview } from './review.representation.ts';
import {
  newReviewSchema,
  reviewPageSchema,
  reviewPatchSchema,
  reviewQuerySchema,
  reviewReplacementSchema,
  reviewSchema,
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
    post: endpoint(
      { body: newReviewSchema, scope, about: about.create, repeatable: true },
      async ({ body, caller, idempotencyKey }, res, req) => {
        const created = await reviewService.create(body, caller, idempotencyKey);
        sendCreated(req, res, '/api/reviews', created);
      },
    ),
  });

  route(router, '/api/reviews/:id', {
    get: endpoint({ params: idParams, about: about.get }, async ({ params: { id } }, res, req) => {
      const review = await reviews.find(id);
      if (!review) throw reviewNotFound(id);
      sendRepresentation(req, res, review);
    }),

    put: endpoint(
      { params: idParams, body: reviewReplacementSchema, scope, about: about.replace, guarded: true },
      async ({ params, body, caller, versions }, res, req) => {
        const review = await reviewService.update(params.id, body, caller, versions);
        sendRepresentation(req, res, representReview(review));
      },
    ),

    patch: endpoint(
      { params: idParams, body: reviewPatchSchema, scope, about: about.patch, guarded: true },
      async ({ params, body, caller, versions }, res, req) => {
        const review = await reviewService.update(params.id, body, caller, versions);
        sendRepresentation(req, res, representReview(review));
      },
    ),

    delete: endpoint(
      { params: idParams, scope, about: about.remove, guarded: true },
      async ({ params, caller, versions }, res) => {
        await reviewService.remove(params.id, caller, versions);
        res.status(204).end();
      },
    ),
  });

  route(router, '/api/products/:id/reviews', {
    get: endpoint(
      { params: productParams, query: reviewQuerySchema, about: about.list },
      async ({ params: { id }, query }, res, req) => {
        const { ids, nextCursor } =
          (await reviews.listRareIds(id, query)) ?? (await reviews.listIds(id, query));
        // Only an empty page leaves open whether the product exists at all.
        if (ids.length === 0 && !(await products.find(id))) throw productNotFound(id);
        const items = await reviews.findMany(ids);
        sendPage(req, res, { items: items.filter((item) => item !== null), nextCursor });
      },
    ),
  });

  return router;
}

const idParams = idParamsOf('`POST /api/reviews` or `GET /api/products/{id}/reviews`');
const productParams = idParamsOf('`POST` or `GET /api/products`');
const scope = 'reviews:write' satisfies Scope;
const tag = 'Reviews';
const productId = '01a1fc86-3458-7527-9678-c72b2d45f41f';
const whole = { rating: 5, title: 'Good', text: 'Keeps my tea warm.', authorName: 'Bo' };
const review = {
  id: '01a1fc86-346b-7400-9bb6-a68baa25e6ce',
  productId,
  rating: 5,
  title: 'Good',
  text: 'Keeps my tea warm.',
  author: { id: '01a20151-b2c4-7210-9aee-e63e1c2ae5f4', name: 'Bo' },
  status: 'approved',
  version: 1,
  createdAt: '2026-11-21T05:13:36.113Z',
  updatedAt: '2026-11-21T05:13:36.113Z',
};
const answer = { description: 'The review.', body: reviewSchema, example: review, tagged: true };

const about = {
  create: {
    id: 'createReview',
    summary: 'Create a review',
    tag,
    example: { productId, ...whole },
    answer: { ...answer, status: 201, headers: ['Location'] },
    problems: { 403: ['AUTHOR_IS_CALLER'], 404: ['PRODUCT_NOT_FOUND'], 409: ['REVIEW_EXISTS'] },
  },
  get: {
    id: 'getReview',
    summary: 'Get a review',
    tag,
    answer,
    problems: { 404: ['REVIEW_NOT_FOUND'] },
  },
  replace: {
    id: 'replaceReview',
    summary: 'Replace a review',
    tag,
    example: whole,
    answer,
    problems: { 400: ['PRODUCT_IS_FIXED'], 403: ['REVIEW_OF_ANOTHER'], 404: ['REVIEW_NOT_FOUND'] },
  },
  patch: {
    id: 'patchReview',
    summary: 'Change fields of a review',
    tag,
    example: { rating: 4 },
    answer,
    problems: {
      400: ['PRODUCT_IS_FIXED'],
      403: ['REVIEW_OF_ANOTHER', 'STATUS_IS_MODERATED'],
      404: ['REVIEW_NOT_FOUND'],
    },
  },
  remove: {
    id: 'deleteReview',
    summary: 'Delete a review',
    tag,
    answer: { status: 204, description: 'It is gone, and counts no more.' },
    problems: { 403: ['REVIEW_OF_ANOTHER'], 404: ['REVIEW_NOT_FOUND'] },
  },
  list: {
    id: 'listReviews',
    summary: 'List and filter the reviews of a product',
    tag,
    answer: {
      description: 'A page of reviews.',
      body: reviewPageSchema,
      example: pageExample(review),
      tagged: true,
      headers: ['Link'],
    },
    problems: { 400: ['CURSOR_INVALID'], 404: ['PRODUCT_NOT_FOUND'] },
  },
} satisfies Record<string, About>;
