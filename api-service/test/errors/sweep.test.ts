import { expect } from 'chai';
import fc from 'fast-check';
import { startApi, type Api } from '../support/api.ts';
import { endpoints, unknownId } from '../support/endpoints.ts';
import type { Product, Review } from '../support/http-client.ts';
import { sendRaw } from '../support/raw-http.ts';

/** Any UTF-16 code units, lone surrogates and NUL among them. */
const anyText = fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
const text = fc.oneof(
  anyText,
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constant("'; DROP TABLE x; --"),
);
const number = fc.oneof(fc.double(), fc.integer({ min: -2, max: 7 }), fc.maxSafeInteger());
const value = fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.array(text), fc.jsonValue());

const bodyFields = [
  'sku',
  'name',
  'description',
  'brand',
  'price',
  'currency',
  'productId',
  'rating',
  'title',
  'text',
];
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...bodyFields) },
  { weight: 1, arbitrary: anyText },
);
/** Fields to put into a body that is right, or a body of any kind. */
const changes = fc.oneof(
  { weight: 5, arbitrary: fc.dictionary(name, fc.oneof(text, value), { maxKeys: 2 }) },
  { weight: 1, arbitrary: value.map((any) => JSON.stringify(any)) },
  { weight: 1, arbitrary: text },
);

const queryName = fc.constantFrom(
  'limit',
  'cursor',
  'sort',
  'q',
  'brand',
  'minRating',
  'rating',
  'productIds',
  'x',
);
const queryValue = fc.oneof(
  text,
  fc.constantFrom('1', '5', '100', 'price', '-rating', '4,5', 'createdAt', unknownId),
);
/** Percent-encoded, but not always well. */
const escaped = fc.oneof(
  queryValue.map((value) => encodeURIComponent(value.toWellFormed())),
  fc.string().map((value) => `%${value.replaceAll(/[^!-~]|#/g, '%')}`),
);
const someQuery = fc
  .array(fc.tuple(queryName, escaped), { maxLength: 4 })
  .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'));

const query = fc.oneof(fc.constant(''), someQuery);

const contentType = fc.oneof(
  { weight: 5, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'application/merge-patch+json',
      'text/plain',
      'application/json; charset=utf-16',
    ),
  },
);

describe('no input of any kind makes a 5xx', () => {
  let api: Api;
  let product: Product;
  let review: Review;
  before(async () => {
    api = await startApi();
    product = await api.createProduct();
    review = await api.createReview(product.id);
  });
  after(() => api.stop());

  it('in path, query, headers and body', async () => {
    const someId = fc.oneof(
      { weight: 4, arbitrary: fc.constant('existing') },
      { weight: 1, arbitrary: fc.constant(unknownId) },
      { weight: 1, arbitrary: escaped.map((id) => id.replaceAll('?', '%')) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...endpoints),
        someId,
        query,
        changes,
        contentType,
        async (endpoint, id, search, given, type) => {
          const { method, path } = endpoint;
          // What exists is not deleted, so that the next request finds it again.
          const existing =
            method === 'DELETE' ? unknownId : path.includes('reviews/') ? review.id : product.id;
          const url = `${path.replace(':id', id === 'existing' ? existing : id)}?${search}`;
          const right = endpoint.body?.(product.id);
          const sent = typeof given === 'string' ? given : JSON.stringify({ ...right, ...given });
          const withBody = right && { body: sent, headers: { 'Content-Type': type } };
          const answer = await api.request(method, url, withBody);
          expect(answer.status, JSON.stringify(answer.body)).to.be.within(200, 499);
          if (answer.status >= 400)
            expect(answer.headers.get('content-type')).to.equal('application/problem+json');
        },
      ),
      { numRuns: 600 },
    );
  });

  it('in the bytes of the request line', async () => {
    const method = fc.oneof(fc.constantFrom('GET', 'POST', 'OPTIONS'), fc.string({ maxLength: 5 }));
    const target = fc.oneof(
      fc.string().map((rest) => `/api/products/${rest}`),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.string({ unit: 'binary-ascii' }),
    );
    await fc.assert(
      fc.asyncProperty(method, target, async (verb, url) => {
        // CONNECT asks for a tunnel, and gets no answer but the end of the connection.
        fc.pre(!`${verb} ${url}`.startsWith('CONNECT'));
        const { status, body } = await sendRaw(
          api.port,
          `${verb} ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
        );
        expect(status, body).to.be.within(200, 499);
      }),
      { numRuns: 200 },
    );
  });
});
