import { expect } from 'chai';
import { createMapping, type Field } from '../../src/import/mapping.ts';
import { parseDate } from '../../src/import/parse-date.ts';
import { createRowParser } from '../../src/import/row.ts';

const parse = createRowParser(createMapping({ map: ['rating=Stars'], preset: 'native' }));
const good = { product: 'sku', rating: '5' };
const errorOf = (values: Partial<Record<Field, unknown>>) => {
  const parsed = parse({ ...good, ...values }, 7);
  return 'error' in parsed ? parsed.error : parsed;
};

describe('createRowParser', () => {
  it('makes a review of a row: trimmed, empty values null, inner line breaks kept', () => {
    const values = {
      product: ' sku ',
      rating: '4.0',
      title: ' ',
      text: '\na\r\nb\n',
      author: 12,
      date: '2024-05-31',
      id: 'x',
    };
    expect(parse(values, 7)).to.deep.equal({
      review: {
        product: 'sku',
        productName: null,
        rating: 4,
        title: null,
        text: 'a\r\nb',
        author: '12',
        date: new Date('2024-05-31'),
        id: 'x',
        externalId: 'x',
      },
    });
  });

  it('knows a review by its line when no id is mapped', () => {
    expect(parse(good, 7)).to.have.nested.property('review.externalId', 'line:7');
  });

  const tooLong = 'x'.repeat(10_001);
  const tomorrow = new Date(Date.now() + 25 * 60 * 60 * 1000).toISOString();
  const cases: [string, Partial<Record<Field, unknown>>, string][] = [
    ['a rating of 6', { rating: '6' }, 'Column "Stars" is "6"; give a whole number from 1 to 5'],
    ['a rating of 0', { rating: 0 }, 'Column "Stars" is "0"; give a whole number from 1 to 5'],
    ['a rating in words', { rating: 'five' }, 'Column "Stars" is "five"; give a whole number from 1 to 5'],
    ['a rating of 4.5', { rating: 4.5 }, 'Column "Stars" is "4.5"; give a whole number from 1 to 5'],
    ['an empty rating', { rating: ' ' }, 'Column "Stars" is empty; give a whole number from 1 to 5'],
    ['no rating', { rating: undefined }, 'Column "Stars" is empty; give a whole number from 1 to 5'],
    [
      'a rating that is no text',
      { rating: [5] },
      'Column "Stars" is [5], which is no text; map a value inside it, such as author=user.name',
    ],
    ['no product', { product: '' }, 'Column "product" is empty; every review needs the SKU of its product'],
    [
      'a product of 101 characters',
      { product: 'x'.repeat(101) },
      'Column "product" has 101 characters; shorten it to 100',
    ],
    [
      'a title of 201 characters',
      { title: 'x'.repeat(201) },
      'Column "title" has 201 characters; shorten it to 200',
    ],
    ['a text over the limit', { text: tooLong }, 'Column "text" has 10,001 characters; shorten it to 10,000'],
    [
      'a text of 1 MB',
      { text: 'x'.repeat(1_000_000) },
      'Column "text" has 1,000,000 characters; shorten it to 10,000',
    ],
    [
      'an author of 101 characters',
      { author: 'x'.repeat(101) },
      'Column "author" has 101 characters; shorten it to 100',
    ],
    [
      'a NUL character',
      { title: 'a\0b' },
      'Column "title" holds a NUL character, which no database text can; remove it',
    ],
    [
      'a lone surrogate',
      { title: 'a\ud83d' },
      'Column "title" holds half of a character (a lone surrogate); correct it',
    ],
    [
      'an object for a text',
      { author: { name: 'x' } },
      'Column "author" is {"name":"x"}, which is no text; map a value inside it, such as author=user.name',
    ],
    [
      'a number beyond exactness',
      { id: 2 ** 53 },
      'Column "id" is a number too large to be read exactly; write it in quotes',
    ],
    [
      'an empty id where one is mapped',
      { id: '' },
      'Column "id" is empty; fill it in, or leave id out of --map',
    ],
    [
      'a bad date',
      { date: '31/05/2024' },
      'Column "date" is "31/05/2024"; give a date such as 2024-05-31 or 2024-05-31T12:00:00Z, or epoch seconds or milliseconds',
    ],
    [
      'a date in the future',
      { date: tomorrow },
      `Column "date" is "${tomorrow}", which lies in the future; correct it`,
    ],
    [
      'several faults',
      { rating: '6', title: 'a\0' },
      'Column "Stars" is "6"; give a whole number from 1 to 5. Column "title" holds a NUL character, which no database text can; remove it',
    ],
    [
      'a long value, shortened',
      { rating: 'x'.repeat(100) },
      `Column "Stars" is "${'x'.repeat(56)}…"; give a whole number from 1 to 5`,
    ],
  ];
  for (const [name, values, message] of cases) {
    it(`refuses ${name} in one sentence`, () => {
      expect(errorOf(values)).to.equal(message);
    });
  }
});

describe('parseDate', () => {
  for (const [text, iso] of [
    ['2024-05-31', '2024-05-31T00:00:00.000Z'],
    ['2024-05-31T12:30', '2024-05-31T12:30:00.000Z'],
    ['2024-05-31 12:30:15 UTC', '2024-05-31T12:30:15.000Z'],
    ['2024-05-31T12:30:15.123456Z', '2024-05-31T12:30:15.123Z'],
    ['2024-05-31T00:30:00+02:00', '2024-05-30T22:30:00.000Z'],
    ['2024-05-31T00:30:00-0530', '2024-05-31T06:00:00.000Z'],
    ['1717115415', '2024-05-31T00:30:15.000Z'],
    ['1717115415.5', '2024-05-31T00:30:15.500Z'],
    ['1717115415123', '2024-05-31T00:30:15.123Z'],
  ] as const) {
    it(`reads ${text}`, () => {
      expect(parseDate(text)?.toISOString()).to.equal(iso);
    });
  }

  for (const text of [
    '',
    '2024',
    '20240531',
    '2024-02-30',
    '0000-05-01',
    '0001-01-01T00:00:00+14:00',
    '2023-02-29',
    '2024-13-01',
    '2024-05-31T25:00',
    '2024-05-31T12:00+15:00',
    '5/31/2024',
    'yesterday',
    '-1',
    '0000-00-00 00:00:00',
  ]) {
    it(`does not guess at ${JSON.stringify(text)}`, () => {
      expect(parseDate(text)).to.equal(undefined);
    });
  }
});
