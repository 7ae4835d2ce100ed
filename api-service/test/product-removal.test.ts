import { expect } from 'chai';
import { createLogger, OutcomeUnknownError, TransientError } from 'ct-common-lib';
import type { ProductRepository } from '../src/products/product.repository.ts';
import { createProductService } from '../src/products/product.service.ts';
import type { ReviewRepository } from '../src/reviews/review.repository.ts';

describe('the deletion of a product that was made', () => {
  it('is never told as one that was not, when too many wait to find its reviews', async () => {
    const overloaded = new TransientError('OVERLOADED', { detail: 'Too many wait.' });
    const service = createProductService({
      products: { remove: async () => true } as unknown as ProductRepository,
      reviews: {
        idPagesOf: async function* () {
          yield await Promise.reject<string[]>(overloaded);
        },
      } as unknown as ReviewRepository,
      bump: async () => {},
      wakeRelay: () => {},
      log: createLogger({ name: 'test', level: 'silent' }),
    });
    const outcome = await service
      .remove('01a1fc86-3458-7527-9678-c72b2d45f41f')
      .catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(OutcomeUnknownError);
  });
});
