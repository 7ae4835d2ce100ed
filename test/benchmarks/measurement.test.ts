import { expect } from 'chai';
import { quantile, ratiosOf, reachesMark, spreadOf } from '../../benchmarks/rig/measurement.ts';
import { finding } from './support/finding.ts';

describe('quantile', () => {
  it('lies between the two nearest ranks', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).to.equal(2.5);
    expect(quantile([10, 20, 30, 40, 50], 0.25)).to.equal(20);
    expect(quantile([0, 10], 0.99)).to.be.closeTo(9.9, 1e-9);
  });

  it('is the least for 0, the most for 1, and the only value for all shares', () => {
    expect([quantile([3, 1, 2], 0), quantile([3, 1, 2], 1), quantile([7], 0.3)]).to.deep.equal([1, 3, 7]);
  });

  it('leaves the values in their order, and refuses none', () => {
    const values = [3, 1, 2];
    quantile(values, 0.5);
    expect(values).to.deep.equal([3, 1, 2]);
    expect(() => quantile([], 0.5)).to.throw(RangeError);
  });
});

describe('spreadOf', () => {
  it('gives median, least and most', () => {
    expect(spreadOf([5, 1, 9, 3])).to.deep.equal({ median: 4, least: 1, most: 9 });
  });
});

describe('ratiosOf', () => {
  it('divides round by round', () => {
    const slowMoment = finding({ figures: [100, 10], reference: { name: 'raw', figures: [200, 20] } });
    expect(ratiosOf(slowMoment)).to.deep.equal([0.5, 0.5]);
  });

  it('gives the figures themselves without a reference', () => {
    expect(ratiosOf(finding({ reference: undefined }))).to.deep.equal([100, 200, 300]);
  });
});

describe('reachesMark', () => {
  it('wants at least the mark where more is better', () => {
    expect(reachesMark(finding({ mark: 0.5 }))).to.be.true;
    expect(reachesMark(finding({ mark: 0.51 }))).to.be.false;
  });

  it('wants at most the mark where less is better', () => {
    expect(reachesMark(finding({ better: 'less', mark: 0.5 }))).to.be.true;
    expect(reachesMark(finding({ better: 'less', mark: 0.49 }))).to.be.false;
  });

  it('says nothing without a mark', () => {
    expect(reachesMark(finding({ mark: undefined }))).to.be.undefined;
  });
});
