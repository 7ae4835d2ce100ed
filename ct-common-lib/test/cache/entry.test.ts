import { expect } from 'chai';
import { createToken, encodeEntry, readEntry } from '../../src/cache/entry.ts';

describe('the bytes of an entry', () => {
  const [a, b] = [createToken(), createToken()];
  const value = Buffer.from('shoes');

  it('give their value to whoever knows all of the tokens, in their order', () => {
    const entry = encodeEntry([a, b], value);
    expect(readEntry(entry, [a, b])).to.deep.equal(value);
    for (const tokens of [[], [a], [b, a], [a, b, b], [a, createToken()], [a, null]])
      expect(readEntry(entry, tokens), `${tokens.length} tokens`).to.equal(undefined);
  });

  it('give nothing if another release wrote them in another format', () => {
    const entry = encodeEntry([a], value);
    entry[0] = 2;
    expect(readEntry(entry, [a])).to.equal(undefined);
  });

  it('tell a value that is empty from one that is null', () => {
    expect(readEntry(encodeEntry([a], Buffer.alloc(0)), [a])).to.deep.equal(Buffer.alloc(0));
    expect(readEntry(encodeEntry([a], null), [a])).to.equal(null);
  });
});
