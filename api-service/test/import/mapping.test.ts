import { expect } from 'chai';
import { ImportError } from '../../src/import/import-error.ts';
import { createMapping, pickFromCsv, pickFromJson } from '../../src/import/mapping.ts';

const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof ImportError) return [error.exitCode, error.message];
    throw error;
  }
  return undefined;
};

describe('createMapping', () => {
  it('takes names with spaces, commas and equals signs, and the empty name', () => {
    expect(createMapping({ map: ['product=Clothing ID, small,rating=a=b', 'id='] })).to.deep.equal({
      product: { column: 'Clothing ID, small', required: true },
      rating: { column: 'a=b', required: true },
      id: { column: '', required: true },
    });
  });

  it('lets --map override single columns of a preset', () => {
    const { product, rating } = createMapping({ preset: 'amazon', map: ['product=asin'] });
    expect([product, rating]).to.deep.equal([
      { column: 'asin', required: true },
      { column: 'rating', required: true },
    ]);
  });

  it('refuses what it does not know in one sentence', () => {
    const cases: [() => unknown, string][] = [
      [
        () => createMapping({ map: ['product'] }),
        '--map "product" has no "="; write field=column, e.g. product=SKU.',
      ],
      [
        () => createMapping({ map: ['product=a,stars=b'] }),
        '--map knows no field "stars"; the fields are product, productName, rating, title, text, author, date, id.',
      ],
      [
        () => createMapping({ map: ['product=a'] }),
        'Nothing is mapped to rating; add rating=COLUMN to --map.',
      ],
      [
        () => createMapping({ map: [], preset: 'x' }),
        'There is no preset "x"; there are native, amazon, judgeme, shopify.',
      ],
    ];
    for (const [work, message] of cases) expect(refusal(work)).to.deep.equal([2, message]);
  });
});

describe('pickFromCsv', () => {
  it('picks by the names of the header, and passes over what a preset names and the file lacks', () => {
    const pick = pickFromCsv(createMapping({ map: [] }), [' rating', 'other', 'product']);
    expect(pick(['5', 'x', 'sku'])).to.deep.equal({ product: 'sku', rating: '5' });
  });

  it('refuses a header that lacks a mapped column or has it twice', () => {
    const mapping = createMapping({ map: ['product=sku,rating=stars'] });
    expect(refusal(() => pickFromCsv(mapping, ['', 'sku']))).to.deep.equal([
      2,
      'The header has no column "stars" for rating; it has "", "sku". Name the right one with --map rating=COLUMN.',
    ]);
    expect(refusal(() => pickFromCsv(mapping, ['sku', 'stars', 'sku']))).to.deep.equal([
      2,
      'The header has the column "sku" twice; rename one of them.',
    ]);
  });
});

describe('pickFromJson', () => {
  it('follows dotted paths, prefers a key of that very name, and sees only own properties', () => {
    const mapping = createMapping({
      map: ['product=p.id,rating=r,author=user.name,title=constructor.name,text=r.x'],
    });
    const row = { p: { id: 1 }, 'p.id': 2, r: 5, user: { name: 'Jane' } };
    expect(pickFromJson(mapping)(row)).to.deep.equal({
      product: 2,
      rating: 5,
      author: 'Jane',
      title: undefined,
      text: undefined,
    });
  });
});
