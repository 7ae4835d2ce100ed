import { expect } from 'chai';
import { gather } from '../../src/index.ts';
import { createGate } from '../cache/support/gate.ts';

describe('gathered work', () => {
  it('is done once for all who ask in one turn, each of whom gets what is his', async () => {
    const calls: number[][] = [];
    const double = gather(async (numbers: number[]) => {
      calls.push(numbers);
      return numbers.map((number) => 2 * number);
    });
    expect(await Promise.all([1, 2, 2].map(double))).to.deep.equal([2, 4, 4]);
    expect(await double(5)).to.equal(10);
    expect(calls).to.deep.equal([[1, 2, 2], [5]]);
  });

  it('is for 100 at the most', async () => {
    const lengths: number[] = [];
    const ask = gather(async (numbers: number[]) => {
      lengths.push(numbers.length);
      return numbers;
    });
    const numbers = Array.from({ length: 250 }, (_, n) => n);
    expect(await Promise.all(numbers.map(ask))).to.deep.equal(numbers);
    expect(lengths).to.deep.equal([100, 100, 50]);
  });

  it('is for as much as is wanted at once, of whatever size each is', async () => {
    const calls: string[][] = [];
    const ask = gather(
      async (words: string[]) => {
        calls.push(words);
        return words;
      },
      { atOnce: 4, sizeOf: (word) => word.length },
    );
    await Promise.all(['a', 'bcd', 'ef', 'ghijk', 'l'].map(ask));
    expect(calls).to.deep.equal([['a', 'bcd'], ['ef', 'ghijk'], ['l']]);
  });

  it('is joined by nobody once it has begun', async () => {
    const gate = createGate();
    const calls: string[][] = [];
    const ask = gather(async (names: string[]) => {
      calls.push(names);
      await gate.pass();
      return names;
    });
    const first = ask('first');
    await gate.reached;
    const second = ask('second');
    gate.open();
    await Promise.all([first, second]);
    expect(calls).to.deep.equal([['first'], ['second']]);
  });

  it('fails all who asked, or one of them alone', async () => {
    const failure = new Error('the database is away');
    const outcomeOf = (work: Promise<unknown>) => work.catch((error: unknown) => error);
    const all = gather(async (): Promise<string[]> => {
      throw failure;
    });
    expect(await Promise.all(['a', 'b'].map((name) => outcomeOf(all(name))))).to.deep.equal([
      failure,
      failure,
    ]);
    const one = gather(async (names: string[]) =>
      names.map((name) => (name === 'a' ? Promise.reject(failure) : name)),
    );
    expect(await Promise.all(['a', 'b'].map((name) => outcomeOf(one(name))))).to.deep.equal([failure, 'b']);
  });
});
