import { Router } from 'express';
import { endpoint, route, sendPage, sendRepresentation, type About } from 'ct-common-lib/http';
import type { Role } from '../auth/roles.ts';
import { sendCreated } from '../http/created.ts';
import { idParams, pageHeaders } from '../http/fields.ts';
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
      { body: newProductSchema, role, about: about.create, repeatable: true },
      async ({ body, caller, idempotencyKey }, res, req) => {
        const created = await productService.create(body, caller, idempotencyKey);
        sendCreated(req, res, '/api/products', created);
      },
    ),

    get: endpoint({ query: productQuerySchema, about: about.list }, async ({ query }, res, req) => {
      const { ids, nextCursor } = await products.listIds(query);
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
      { params: idParams, body: newProductSchema, role, about: about.replace, guarded: true },
      async ({ params, body, versions }, res, req) => {
        const product = await productService.update(params.id, body, versions);
        sendRepresentation(req, res, representProduct(product));
      },
    ),

    patch: endpoint(
      { params: idParams, body: productPatchSchema, role, about: about.patch, guarded: true },
      async ({ params, body, versions }, res, req) => {
        const product = await productService.update(params.id, body, versions);
        sendRepresentation(req, res, representProduct(product));
      },
    ),

    delete: endpoint(
      { params: idParams, role, about: about.remove, guarded: true },
      async ({ params, versions }, res) => {
        await productService.remove(params.id, versions);
        res.status(204).end();
      },
    ),
  });

  return router;
}

const role = 'admin' satisfies Role;
const tag = 'Products';
const answer = { description: 'The product.', body: productSchema, tagged: true };
const example = { sku: 'mug-red', name: 'Red mug', brand: 'Kiln', price: '12.50', currency: 'EUR' };

const about = {
  create: {
    id: 'createProduct',
    summary: 'Create a product',
    tag,
    example,
    answer: { ...answer, status: 201, headers: { Location: 'Its path.' } },
    problems: { 409: ['SKU_TAKEN'] },
  },
  list: {
    id: 'listProducts',
    summary: 'List, sort, search and filter products',
    tag,
    answer: {
      description: 'A page of products.',
      body: productPageSchema,
      tagged: true,
      headers: pageHeaders,
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
