import { Router } from 'express';
import { endpoint, route, sendPage, sendRepresentation, type About } from 'ct-common-lib/http';
import type { Scope } from '../auth/scopes.ts';
import { sendCreated } from '../http/done.ts';
import { idParamsOf, pageExample } from '../http/fields.ts';
import type { ProductRepository } from './product.repository.ts';
import { representProduct } from './product.representation.ts';
import {
  newProductSchema,
  productPageSchema,
  productPatchSchema,
  productQuerySchema,
  productSchema,
} from './product.schema.ts';
import { productNotFound, type ProductService } from './product.service.ts';

interface Deps {
  products: ProductRepository;
  productService: ProductService;
}

export function createProductRouter({ products, productService }: Deps): Router {
  const router = Router();

  route(router, '/api/products', {
    post: endpoint(
      { body: newProductSchema, scope, about: about.create, repeatable: true },
      async ({ body, caller, idempotencyKey }, res, req) => {
        const created = await productService.create(body, caller, idempotencyKey);
        sendCreated(req, res, '/api/products', created);
      },
    ),

    get: endpoint({ query: productQuerySchema, about: about.list }, async ({ query }, res, req) => {
      const { ids, nextCursor } = (await products.listRareIds(query)) ?? (await products.listIds(query));
      const items = await products.findMany(ids);
      sendPage(req, res, { items: items.filter((item) => item !== null), nextCursor });
    }),
  });

  route(router, '/api/products/:id', {
    get: endpoint({ params: idParams, about: about.get }, async ({ params: { id } }, res, req) => {
      const product = await products.find(id);
      if (!product) throw productNotFound(id);
      sendRepresentation(req, res, product);
    }),

    put: endpoint(
      { params: idParams, body: newProductSchema, scope, about: about.replace, guarded: true },
      async ({ params, body, versions }, res, req) => {
        const product = await productService.update(params.id, body, versions);
        sendRepresentation(req, res, representProduct(product));
      },
    ),

    patch: endpoint(
      { params: idParams, body: productPatchSchema, scope, about: about.patch, guarded: true },
      async ({ params, body, versions }, res, req) => {
        const product = await productService.update(params.id, body, versions);
        sendRepresentation(req, res, representProduct(product));
      },
    ),

    delete: endpoint(
      { params: idParams, scope, about: about.remove, guarded: true },
      async ({ params, versions }, res) => {
        await productService.remove(params.id, versions);
        res.status(204).end();
      },
    ),
  });

  return router;
}

const idParams = idParamsOf('`POST` or `GET /api/products`');
const scope = 'products:write' satisfies Scope;
const tag = 'Products';
const example = { sku: 'mug-red', name: 'Red mug', brand: 'Kiln', price: '12.50', currency: 'EUR' };
const product = {
  id: '01a1fc86-3458-7527-9678-c72b2d45f41f',
  ...example,
  description: null,
  averageRating: 4.5,
  reviewCount: 2,
  ratingDistribution: { 1: 0, 2: 0, 3: 0, 4: 1, 5: 1 },
  version: 1,
  createdAt: '2026-11-21T05:13:36.094Z',
  updatedAt: '2026-11-21T05:13:36.094Z',
};
const answer = { description: 'The product.', body: productSchema, example: product, tagged: true };

const about = {
  create: {
    id: 'createProduct',
    summary: 'Create a product',
    tag,
    example,
    answer: { ...answer, status: 201, headers: ['Location'] },
    problems: { 409: ['SKU_TAKEN'] },
  },
  list: {
    id: 'listProducts',
    summary: 'List, sort, search and filter products',
    tag,
    answer: {
      description: 'A page of products.',
      body: productPageSchema,
      example: pageExample(product),
      tagged: true,
      headers: ['Link'],
    },
    problems: { 400: ['CURSOR_INVALID'] },
  },
  get: {
    id: 'getProduct',
    summary: 'Get a product with its rating',
    tag,
    answer,
    problems: { 404: ['PRODUCT_NOT_FOUND'] },
  },
  replace: {
    id: 'replaceProduct',
    summary: 'Replace all of a product but its rating',
    tag,
    example,
    answer,
    problems: { 404: ['PRODUCT_NOT_FOUND'], 409: ['SKU_TAKEN'] },
  },
  patch: {
    id: 'patchProduct',
    summary: 'Change fields of a product',
    tag,
    example: { price: '13.00', currency: 'EUR' },
    answer,
    problems: { 404: ['PRODUCT_NOT_FOUND'], 409: ['SKU_TAKEN'] },
  },
  remove: {
    id: 'deleteProduct',
    summary: 'Delete a product and its reviews',
    tag,
    answer: { status: 204, description: 'It is gone.' },
    problems: { 404: ['PRODUCT_NOT_FOUND'] },
  },
} satisfies Record<string, About>;
