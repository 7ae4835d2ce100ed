import { Router } from 'express';
import { endpoint, route, sendPage, sendRepresentation } from 'ct-common-lib/http';
import { idParams } from '../http/fields.ts';
import type { ProductRepository } from './product.repository.ts';
import { representProduct } from './product.representation.ts';
import { newProductSchema, productPatchSchema, productQuerySchema } from './product.schema.ts';
import { productNotFound, type ProductService } from './product.service.ts';

interface Deps {
  products: ProductRepository;
  productService: ProductService;
}

export function createProductRouter({ products, productService }: Deps): Router {
  const router = Router();

  route(router, '/api/products', {
    post: endpoint({ body: newProductSchema }, async ({ body }, res, req) => {
      const product = await productService.create(body);
      res.status(201).location(`/api/products/${product.id}`);
      sendRepresentation(req, res, representProduct(product));
    }),

    get: endpoint({ query: productQuerySchema }, async ({ query }, res, req) => {
      const { ids, nextCursor } = await products.listIds(query);
      const items = await products.findMany(ids);
      sendPage(req, res, { items: items.filter((item) => item !== null), nextCursor });
    }),
  });

  route(router, '/api/products/:id', {
    get: endpoint({ params: idParams }, async ({ params: { id } }, res, req) => {
      const product = await products.find(id);
      if (!product) throw productNotFound(id);
      sendRepresentation(req, res, product);
    }),

    put: endpoint({ params: idParams, body: newProductSchema }, async ({ params, body }, res, req) => {
      sendRepresentation(req, res, representProduct(await productService.update(params.id, body)));
    }),

    patch: endpoint({ params: idParams, body: productPatchSchema }, async ({ params, body }, res, req) => {
      sendRepresentation(req, res, representProduct(await productService.update(params.id, body)));
    }),

    delete: endpoint({ params: idParams }, async ({ params }, res) => {
      await productService.remove(params.id);
      res.status(204).end();
    }),
  });

  return router;
}
