import { expect } from 'chai';
import { outcomeOfCopies } from '../../src/bus/copies.ts';
import type { PublishOutcome } from '../../src/bus/index.ts';

describe('the outcome of an event', () => {
  const confirmed: PublishOutcome = { status: 'confirmed' };
  const refused: PublishOutcome = { status: 'refused', reason: 'full' };

  it('is that all of its copies are confirmed, or else what became of the first that is not', () => {
    expect(outcomeOfCopies([confirmed, confirmed])).to.deep.equal(confirmed);
    expect(outcomeOfCopies([confirmed, refused, { status: 'unroutable' }])).to.deep.equal(refused);
  });

  it('is unroutable if there is no copy', () => {
    expect(outcomeOfCopies([])).to.deep.equal({ status: 'unroutable' });
  });
});
