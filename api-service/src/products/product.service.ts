import { UniqueConstraintError } from 'sequelize';
import { v7 as uuidv7 } from 'uuid';
import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  OutcomeUnknownError,
  TransientError,
  VersionMismatchError,
  type Logger,
} from 'ct-common-lib';
import type { Caller } from 'ct-common-lib/http';
import { isTransientPostgresError, violatedConstraint } from 'ct-common-lib/postgres';
import { createWriter } from '../db/writer.ts';
import type { Done } from '../db/once.ts';
import { reviewTag } from '../reviews/review.cache.ts';
import type { ReviewRepository } from '../reviews/review.repository.ts';
import type { ProductRepository } from './product.repository.ts';
import { representProduct } from './product.representation.ts';
import type { NewProduct, ProductPatch } from './product.schema.ts';

export interface ProductServiceDeps {
  products: ProductRepository;
  reviews: ReviewRepository;
  /** Makes the cached entries under these tags unreadable. */
  bump: (tags: string[]) => Promise<void>;
  /** Called after each commit: the triggers have left events for the relay. */
  wakeRelay: () => void;
  log: Logger;
}

/** The rules of writing products. */
export function createProductService({ products, reviews, bump, wakeRelay, log }: ProductServiceDeps) {
  const write = createWriter({ wakeRelay, ruleBroken, log });
  const notWritten = async (id: string, versions: string[] | undefined) =>
    versions && (await products.find(id)) ? new VersionMismatchError() : productNotFound(id);

  return {
    /** With a key it is done once, see `once`. Throws `SKU_TAKEN`, and what `once` throws. */
    async create(product: NewProduct, caller: Caller, key?: string): Promise<Done> {
      const identified = { id: uuidv7(), ...product };
      if (key === undefined) {
        const created = await write(() => products.create(identified));
        return { id: created.id, representation: representProduct(created) };
      }
      const request = { caller: caller.id, key, operation: 'createProduct', body: product };
      return write(() => products.createOnce(identified, request));
    },

    /**
     * Replaces or merges: `changes` names the fields that are written, if the product is at one of `versions`. Throws
     * `PRODUCT_NOT_FOUND`, `VERSION_MISMATCH`, `SKU_TAKEN`.
     */
    async update(id: string, changes: NewProduct | ProductPatch, versions?: string[]) {
      const product = await write(() => products.update(id, changes, versions));
      if (!product) throw await notWritten(id, versions);
      return product;
    },

    /**
     * Its reviews go too, and nobody reads them from the cache after this has returned. Throws `PRODUCT_NOT_FOUND`,
     * `VERSION_MISMATCH`.
     */
    async remove(id: string, versions?: string[]): Promise<void> {
      const removed = await write(() => products.remove(id, versions));
      if (!removed) throw await notWritten(id, versions);
      try {
        for await (const ids of reviews.idPagesOf(id)) await bump(ids.map(reviewTag));
      } catch (error) {
        // The product is gone already; only that nobody reads its reviews any more cannot be promised yet.
        throw error instanceof TransientError || isTransientPostgresError(error)
          ? new OutcomeUnknownError(error)
          : error;
      }
    },
  };
}

export type ProductService = ReturnType<typeof createProductService>;

export function productNotFound(id: string) {
  return new NotFoundError('PRODUCT_NOT_FOUND', {
    detail: `There is no product ${id}.`,
    facts: { productId: id },
  });
}

function ruleBroken(error: unknown): Error | undefined {
  if (error instanceof UniqueConstraintError) {
    return new ConflictError('SKU_TAKEN', {
      detail: 'Another product has this sku. Change that product, or choose another sku.',
      cause: error,
    });
  }
  if (violatedConstraint(error) === 'products_price_has_currency') {
    const detail = 'price and currency come together: give both or neither';
    return new InvalidInputError('INPUT_INVALID', {
      detail: 'The request does not validate; see errors.',
      errors: [{ pointer: '/currency', detail }],
      cause: error,
    });
  }
  return undefined;
}
