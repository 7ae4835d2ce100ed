import { expect } from 'chai';
import { bestOf, compare, lossAllowed } from '../../benchmarks/check/comparison.ts';
import type { Finding } from '../../benchmarks/rig/measurement.ts';
import { finding } from './support/finding.ts';

const withRatio = (ratio: number, given: Partial<Finding> = {}) =>
  finding({ figures: [ratio], reference: { name: 'raw', figures: [1] }, ...given });

const lossOf = (before: Finding, after: Finding) => compare([before], [after])[0]!.loss;

describe('bench:check', () => {
  it('counts as lost what is missing of a ratio where more is better', () => {
    expect(lossOf(withRatio(0.8), withRatio(0.6))).to.be.closeTo(0.25, 1e-9);
    expect(lossOf(withRatio(0.8), withRatio(1))).to.be.below(0);
  });

  it('counts it the other way round where less is better', () => {
    const less = (ratio: number) => withRatio(ratio, { better: 'less' });
    expect(lossOf(less(3), less(4))).to.be.closeTo(0.25, 1e-9);
    expect(lossOf(less(3), less(2))).to.be.below(0);
  });

  it('allows a quarter, whatever the machine does in a second', () => {
    const slowMachine = finding({ figures: [8], reference: { name: 'raw', figures: [20] } });
    const [comparison] = compare(
      [finding({ figures: [500], reference: { name: 'raw', figures: [1000] } })],
      [slowMachine],
    );
    expect(comparison!.loss).to.be.closeTo(0.2, 1e-9).and.below(lossAllowed);
    expect([comparison!.committed, comparison!.now]).to.deep.equal([0.5, 0.4]);
  });

  it('takes the better of two tries, row by row', () => {
    const committed = [withRatio(1), withRatio(1, { row: '2' })];
    const first = compare(committed, [withRatio(0.5), withRatio(0.9, { row: '2' })]);
    const second = compare(committed, [withRatio(0.8), withRatio(0.4, { row: '2' })]);
    expect(bestOf(first, second).map(({ now }) => now)).to.deep.equal([0.8, 0.9]);
  });

  it('leaves out what has no mark, and no ratio: figures by themselves, and nothing divided by nothing', () => {
    const unmarked = finding({ mark: undefined });
    const alone = finding({ reference: undefined });
    const nothing = finding({ figures: [0], reference: { name: 'raw', figures: [0] } });
    expect(compare([unmarked, alone, nothing], [])).to.deep.equal([]);
  });

  it('compares what has no mark where it says so, and not what has one where it says so', () => {
    const control = withRatio(1, { mark: undefined, isCompared: true });
    expect(lossOf(control, withRatio(0.5, { mark: undefined }))).to.equal(0.5);
    expect(compare([withRatio(1, { isCompared: false })], [])).to.deep.equal([]);
  });

  it('names a committed row that is measured no more', () => {
    expect(() => compare([finding()], [finding({ what: 'GET two' })])).to.throw('row 1 (GET a product)');
  });
});
