import { expect } from 'chai';
import { hashSlot } from '../../src/cache/hash-slot.ts';

describe('hashSlot', () => {
  // What CLUSTER KEYSLOT of a Redis answers.
  for (const [key, slot] of [
    ['', 0],
    ['123456789', 12_739],
    ['foo', 12_182],
    ['{foo}bar', 12_182],
    ['before{foo}', 12_182],
    ['{}foo', 9_500],
    ['foo{}{bar}', 8_363],
    ['foo{{bar}}zap', 4_015],
    ['foo{bar}{zap}', 5_061],
    ['}foo{', 8_453],
    ['Käse', 5_562],
  ] as const)
    it(`of ${JSON.stringify(key)} is ${slot}`, () => expect(hashSlot(key)).to.equal(slot));
});
