import { startApi, type Api } from '../support/api.ts';
import type { Problem, Product, Review } from '../support/http-client.ts';
import { newProduct, newReview } from '../support/http-client.ts';
import { expectProblem } from '../support/problem.ts';

/** JSON text that `JSON.stringify` would not write. */
const infinity = '1e400';
const nul = String.raw`"a\u0000b"`;
const loneSurrogates = [String.raw`"\ud83d"`, String.raw`"\ude00 x"`, String.raw`"\ude00\ud83d"`];
const badTexts = (limit: number) => [
  '""',
  JSON.stringify('x'.repeat(limit + 1)),
  nul,
  ...loneSurrogates,
  '1',
  'true',
  '[]',
  '{}',
];
const badIds = ['"1"', '""', '1', '[]', String.raw`"01890000-0000-7000-8000-00000000000\u0000"`];

const badPrices = [
  '-1',
  '"-1"',
  '1.234',
  '"1.234"',
  infinity,
  '-1e400',
  '"1e400"',
  '"1e2"',
  '1e21',
  '1e-7',
  '10000000000',
  '"10000000000.00"',
  '"abc"',
  '""',
  '" 1"',
  '"1."',
  '".5"',
  '"1,50"',
  '"NaN"',
  '"Infinity"',
  '"٣"',
  'true',
  '[]',
  '{}',
];

const badProductFields = {
  sku: ['null', ...badTexts(100)],
  name: ['null', ...badTexts(200)],
  description: badTexts(10_000),
  brand: badTexts(100),
  price: badPrices,
  currency: ['""', '"eur"', '"EURO"', '"EU"', '"EUR\\n"', '"E\\u0000R"', '1', '[]'],
};

const badReviewFields = {
  rating: ['0', '6', '"5"', '4.5', 'null', '-1', infinity, '1e-400', 'true', '[5]', '"five"'],
  title: badTexts(200),
  text: badTexts(10_000),
  authorName: badTexts(100),
};

describe('a field that does not validate is a 400 that names it:', () => {
  let api: Api;
  let product: Product;
  let review: Review;
  before(async () => {
    api = await startApi();
    product = await api.createProduct({ price: '5', currency: 'EUR' });
    review = await api.createReview(product.id);
  });
  after(() => api.stop());

  /** Sends a body that is right but for the JSON text of one field. */
  async function expectFault(method: string, path: string, right: object, field: string, value: string) {
    const others = Object.entries(right).filter(([name]) => name !== field);
    const members = others.map(([name, other]) => `${JSON.stringify(name)}:${JSON.stringify(other)}`);
    const body = `{${[...members, `${JSON.stringify(field)}:${value}`].join()}}`;
    const headers = { 'Content-Type': 'application/json' };
    const answer = await api.request<Problem>(method, path, { body, headers });
    expectProblem(answer, { status: 400, code: 'INPUT_INVALID', instance: path, pointers: [`/${field}`] });
  }

  const shown = (values: string[]) =>
    values.map((value) => (value.length > 20 ? `${value.slice(0, 8)}…` : value)).join(' ');

  for (const [field, values] of Object.entries(badProductFields)) {
    it(`products' ${field}: ${shown(values)}`, async () => {
      const whole = newProduct({ price: '1', currency: 'EUR' });
      for (const value of values) {
        await expectFault('POST', '/api/products', whole, field, value);
        await expectFault('PUT', `/api/products/${product.id}`, whole, field, value);
        await expectFault('PATCH', `/api/products/${product.id}`, {}, field, value);
      }
    });
  }

  for (const [field, values] of Object.entries(badReviewFields)) {
    it(`reviews' ${field}: ${shown(values)}`, async () => {
      const { productId, ...whole } = newReview(product.id);
      for (const value of values) {
        await expectFault('POST', '/api/reviews', { productId, ...whole }, field, value);
        await expectFault('PUT', `/api/reviews/${review.id}`, whole, field, value);
        await expectFault('PATCH', `/api/reviews/${review.id}`, {}, field, value);
      }
    });
  }

  it(`reviews' productId: ${shown(badIds)}`, async () => {
    for (const value of [...badIds, 'null']) {
      await expectFault('POST', '/api/reviews', newReview(product.id), 'productId', value);
      await expectFault('PUT', `/api/reviews/${review.id}`, { rating: 5 }, 'productId', value);
      await expectFault('PATCH', `/api/reviews/${review.id}`, {}, 'productId', value);
    }
  });

  it('sku and name, productId and rating, when they are left out', async () => {
    for (const [method, path, pointers] of [
      ['POST', '/api/products', ['/sku', '/name']],
      ['PUT', `/api/products/${product.id}`, ['/sku', '/name']],
      ['POST', '/api/reviews', ['/productId', '/rating']],
      ['PUT', `/api/reviews/${review.id}`, ['/rating']],
    ] as const) {
      const answer = await api.request<Problem>(method, path, { json: {} });
      expectProblem(answer, { status: 400, code: 'INPUT_INVALID', instance: path, pointers: [...pointers] });
    }
  });

  it('currency, when there is a price without it or it without a price', async () => {
    for (const half of [{ price: '1' }, { currency: 'EUR' }]) {
      for (const [method, path] of [
        ['POST', '/api/products'],
        ['PUT', `/api/products/${product.id}`],
      ] as const) {
        const answer = await api.request<Problem>(method, path, { json: newProduct(half) });
        expectProblem(answer, {
          status: 400,
          code: 'INPUT_INVALID',
          instance: path,
          pointers: ['/currency'],
        });
      }
    }
  });

  it('all fields that are at fault, of path, query and body at once', async () => {
    const path = '/api/products/1?a=1';
    const answer = await api.request<Problem>('PUT', path, { json: { sku: '', price: -1, b: 1 } });
    const pointers = ['/id', '/a', '/sku', '/name', '/price', '/b'];
    expectProblem(answer, { status: 400, code: 'INPUT_INVALID', instance: path, pointers });
  });

  const lists = {
    products: {
      limit: ['0', '101', 'abc', '1.5', '-1', '', '1e1', ' 5', '٥', '9'.repeat(400)],
      sort: ['', 'id', 'CREATEDAT', '--price', 'price,name', 'constructor'],
      minRating: ['0', '0.99', '5.01', '6', 'abc', '', '-1', '1e0', '4.555', 'NaN', 'Infinity'],
      brand: ['', '\0', 'x'.repeat(101)],
      q: ['x'.repeat(201)],
      cursor: ['x'.repeat(2_001)],
    },
    reviews: {
      limit: ['0', '101', 'abc', '1.5'],
      sort: ['', 'name', 'price'],
      rating: ['0', '6', '4.5', 'abc', '', '4,', ',4', '4,,5', '4 5', '4,6', '*'],
      cursor: ['x'.repeat(2_001)],
    },
  };

  for (const [list, fields] of Object.entries(lists)) {
    for (const [field, values] of Object.entries(fields)) {
      it(`the ${field} of the list of ${list}: ${shown(values.map((value) => JSON.stringify(value)))}`, async () => {
        const path = list === 'products' ? '/api/products' : `/api/products/${product.id}/reviews`;
        for (const value of values) {
          const url = `${path}?${field}=${encodeURIComponent(value)}`;
          const answer = await api.get<Problem>(url);
          expectProblem(answer, {
            status: 400,
            code: 'INPUT_INVALID',
            instance: url,
            pointers: [`/${field}`],
          });
        }
      });
    }
  }

  it('the productIds of the ratings', async () => {
    const many = Array.from(
      { length: 101 },
      (_, n) => `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    );
    for (const [query, pointer] of [
      ['', '/productIds'],
      ['?productIds=', '/productIds/0'],
      [`?productIds=${product.id},`, '/productIds/1'],
      [`?productIds=${product.id};${product.id}`, '/productIds/0'],
      [`?productIds=${many.join()}`, '/productIds'],
    ] as const) {
      const url = `/api/ratings${query}`;
      const answer = await api.get<Problem>(url);
      expectProblem(answer, { status: 400, code: 'INPUT_INVALID', instance: url, pointers: [pointer] });
    }
  });
});
