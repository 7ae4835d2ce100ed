import { expect } from 'chai';
import { printableBody } from '../../scripts/parked/printable.ts';

const print = (text: string) => printableBody(Buffer.from(text));

describe('the body of a parked message, as it is shown', () => {
  it('is laid out, and whole, however deep it is nested', () => {
    const depth = 100_000;
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const nested = open.repeat(depth) + '[1,2]' + close.repeat(depth);
      const shown = print(nested);
      expect(shown.replace(/\s/g, '')).to.equal(nested);
      expect(shown.length).to.be.below(5 * nested.length);
    }
    expect(print('[{"a":[1]},2]')).to.equal('[\n  {\n    "a": [\n      1\n    ]\n  },\n  2\n]');
  });

  it('is shown as it came when it is very long, and deep', () => {
    const long = `${'['.repeat(100)}${'1,'.repeat(2_000_000)}1${']'.repeat(100)}`;
    expect(print(long)).to.equal(long);
  });
});
