import { expect } from 'chai';
import { AppError, ConflictError, InvalidInputError, NotFoundError } from '../../src/index.ts';

describe('AppError', () => {
  it('carries its code, its detail as the message, facts and the cause', () => {
    const cause = new Error('below');
    const error = new ConflictError('TAKEN', { detail: 'It is taken.', facts: { id: 7 }, cause });
    expect(error).to.be.instanceOf(AppError);
    expect(error).to.include({ name: 'ConflictError', code: 'TAKEN', message: 'It is taken.', cause });
    expect(error.facts).to.deep.equal({ id: 7 });
  });

  it('has the code for a detail when none is given, and no cause', () => {
    const error = new NotFoundError('REVIEW_NOT_FOUND');
    expect(error).to.include({ message: 'REVIEW_NOT_FOUND', detail: 'REVIEW_NOT_FOUND' });
    expect(error).not.to.have.property('cause');
  });

  it('lists the faults of an input, none by default', () => {
    const errors = [{ pointer: '/rating', detail: 'too high' }];
    expect(new InvalidInputError('INPUT_INVALID', { errors }).errors).to.deep.equal(errors);
    expect(new InvalidInputError('INPUT_INVALID').errors).to.deep.equal([]);
  });
});
