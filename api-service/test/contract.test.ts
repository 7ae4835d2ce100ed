import { expect } from 'chai';
import { assertDescribed, type GivenAnswer } from './support/contract.ts';
import { unknownId } from './support/endpoints.ts';

/** What holds every answer of the tests against the OpenAPI document. */
describe('the contract of the tests', () => {
  const path = `/api/products/${unknownId}`;
  const headers = {
    'Content-Type': 'application/problem+json',
    'X-Request-Id': 'r-1',
    'X-Content-Type-Options': 'nosniff',
  };
  const problem = (status: number, code: string, detail: string) => ({
    type: `urn:ct-reviews:problem:${code.toLowerCase()}`,
    title: 'So it is',
    status,
    detail,
    code,
  });
  const missing = (given: Partial<GivenAnswer> = {}): GivenAnswer => ({
    status: 404,
    headers: new Headers(headers),
    body: problem(404, 'PRODUCT_NOT_FOUND', `There is no product ${unknownId}.`),
    ...given,
  });
  const refusal = (method: string, url: string, answer: GivenAnswer) => () =>
    assertDescribed(method, url, answer);

  it('takes an answer that is described', () => {
    assertDescribed('GET', path, missing());
    const allow = { ...headers, Allow: 'GET, HEAD, OPTIONS' };
    const detail = 'This path allows GET, HEAD, OPTIONS.';
    const refused = {
      status: 405,
      headers: new Headers(allow),
      body: problem(405, 'METHOD_NOT_ALLOWED', detail),
    };
    assertDescribed('PUT', '/api/ratings', refused);
    assertDescribed('HEAD', path, missing({ body: undefined }));
  });

  it('refuses a header that nobody has described', () => {
    for (const [name, value] of [
      ['X-Powered-By', 'Express'],
      ['Location', '/'],
    ] as const)
      expect(refusal('GET', path, missing({ headers: new Headers({ ...headers, [name]: value }) }))).to.throw(
        `knows no header ${name.toLowerCase()}`,
      );
  });

  it('refuses an answer without a header that is always there', () => {
    const { 'X-Request-Id': _id, ...rest } = headers;
    expect(refusal('GET', path, missing({ headers: new Headers(rest) }))).to.throw('has no X-Request-Id');
    const body = problem(
      401,
      'TOKEN_MISSING',
      'This needs a token: send it as Authorization: Bearer <token>.',
    );
    expect(refusal('PUT', path, missing({ status: 401, body }))).to.throw('has no www-authenticate');
  });

  it('refuses a status, a code and a sentence that nobody has described', () => {
    const answer = (status: number, code: string, detail: string) =>
      missing({ status, body: problem(status, code, detail) });
    expect(refusal('GET', path, answer(409, 'SKU_TAKEN', 'So.'))).to.throw('knows no 409');
    expect(refusal('GET', path, answer(404, 'REVIEW_NOT_FOUND', 'So.'))).to.throw('not as described');
    expect(refusal('GET', path, answer(404, 'PRODUCT_NOT_FOUND', 'Gone.'))).to.throw('Gone.');
  });

  it('refuses at an unknown path what is not described for it', () => {
    const body = problem(404, 'PRODUCT_NOT_FOUND', `There is no product ${unknownId}.`);
    expect(refusal('GET', '/api/nothing', missing({ body }))).to.throw('not as described');
    expect(refusal('GET', '/api/nothing', missing({ status: 410, body }))).to.throw('knows no 410');
  });
});
