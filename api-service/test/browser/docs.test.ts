import { expect } from 'chai';
import { createPerson } from '../accounts/support.ts';
import { startApi, type Api, type ApiOptions } from '../support/api.ts';
import { unknownId } from '../support/endpoints.ts';
import { newAccount, newReview } from '../support/http-client.ts';
import { describeWithBrowser } from './support/browser.ts';
import { createReference, shownField, shownHeader, type Shown } from './support/reference.ts';

/** The page shows a problem whose code and detail are these. */
function expectShown({ status, text }: Shown, expected: number, code: string, ...details: string[]) {
  expect(status, text).to.equal(expected);
  for (const part of [`"status": ${expected}`, `"code": "${code}"`, ...details])
    expect(text).to.include(part);
}

describeWithBrowser('the reference at /docs, in a browser,', (open) => {
  const services: Api[] = [];
  /** It stops after the last page is closed, as a page may ask for its icon at any time. */
  async function start(options?: ApiOptions) {
    const service = await startApi(options);
    services.push(service);
    return service;
  }
  after(() => Promise.all(services.map((service) => service.stop())));

  let api: Api;
  before(async () => {
    api = await start();
  });

  const openReference = async ({ baseUrl } = api) => createReference(await open(`${baseUrl}/docs`));

  it('lists every operation', async () => {
    const { operations } = await openReference();
    const { body } = await api.get<{ paths: Record<string, Record<string, { operationId: string }>> }>(
      '/openapi.json',
    );
    const ids = Object.values(body.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(await operations()).to.have.members(ids);
  });

  it('takes somebody new, with nothing but the page, from an empty installation through each error to a review', async () => {
    const empty = await start();
    // What the first start prints.
    const admin = (await empty.appointFirstAdmin())!;
    const { tryOut, authorize, logOut, introduction, explanationOf } = await openReference(empty);
    const told = await introduction();
    for (const step of ['Be an admin', 'Log in', 'Create a product', 'Register', 'Review', 'Edit'])
      expect(told).to.include(step);
    const logIn = async (credentials: object) => {
      const session = await tryOut('createSession', { body: credentials });
      expect(session.status, session.text).to.equal(201);
      await authorize(shownField(session, 'accessToken'));
    };
    const expectExplained = async (shown: Shown, status: number, code: string, ...details: string[]) => {
      expectShown(shown, status, code, ...details);
      expect(await explanationOf(code)).to.match(/^[A-Z_]+ ?: \w.{30,}\.$/);
    };

    await logIn(admin);
    const product = await tryOut('createProduct');
    expect(product.status, product.text).to.equal(201);
    const productId = shownField(product, 'id');

    const customer = newAccount();
    expect((await tryOut('createAccount', { body: customer })).status).to.equal(201);
    await expectExplained(
      await tryOut('createSession', { body: { ...customer, password: 'not the password' } }),
      401,
      'CREDENTIALS_WRONG',
    );
    await logIn(customer);
    await expectExplained(
      await tryOut('createProduct'),
      403,
      'SCOPE_MISSING',
      'This needs a token with the scope products:write.',
    );

    await expectExplained(
      await tryOut('createReview'),
      404,
      'PRODUCT_NOT_FOUND',
      'There is no product with this productId to review.',
    );
    await expectExplained(
      await tryOut('createReview', { body: newReview(productId, { rating: 6 }) }),
      400,
      'INPUT_INVALID',
      '"pointer": "/rating"',
      'must be a whole number from 1 to 5',
    );
    const key = { 'Idempotency-Key': 'mine-1' };
    const created = await tryOut('createReview', { parameters: key, body: newReview(productId) });
    expect(created.status, created.text).to.equal(201);
    const id = shownField(created, 'id');
    await expectExplained(
      await tryOut('createReview', { parameters: key, body: newReview(productId, { rating: 1 }) }),
      422,
      'IDEMPOTENCY_KEY_REUSED',
      'Take a new key for each new request.',
    );
    const again = await tryOut('createReview', {
      parameters: { 'Idempotency-Key': '' },
      body: newReview(productId),
    });
    await expectExplained(again, 409, 'REVIEW_EXISTS', 'change that one, which Location names');
    expect(shownHeader(again, 'location')).to.equal(`/api/reviews/${id}`);

    const parameters = { id, 'If-Match': shownHeader(created, 'etag') };
    const edited = await tryOut('patchReview', { parameters, body: { title: 'Better than I thought' } });
    expect(edited.status, edited.text).to.equal(200);
    await expectExplained(
      await tryOut('patchReview', { parameters, body: { rating: 2 } }),
      412,
      'VERSION_MISMATCH',
      'Read it again, and repeat the change on what it is now.',
    );
    await logOut();
    await expectExplained(
      await tryOut('patchReview', { parameters, body: { rating: 2 } }),
      401,
      'TOKEN_MISSING',
      'This needs a token',
    );
    const read = await tryOut('getReview', { parameters: { id } });
    expect(read.status).to.equal(200);
    expect(read.text).to.equal(edited.text).and.to.include('"title": "Better than I thought"');
  });

  it('shows, of what may go wrong, an example in the words of the service', async () => {
    const { exampleOf } = await openReference();
    expect(await exampleOf('createReview', 409))
      .to.include('"code": "REVIEW_EXISTS"')
      .and.to.include('change that one, which Location names, or delete it first.')
      .and.to.include('You have reviewed this product before');
    expect(await exampleOf('getProduct', 404)).to.include('There is no product ');
    expect(await exampleOf('createReview', 201)).to.include('"status": "approved"');
  });

  it('sends examples that are good as they stand', async () => {
    const { tryOut } = await openReference();
    expect((await tryOut('createAccount')).status).to.equal(201);
    expect((await tryOut('createSession')).status).to.equal(201);
  });

  it('shows what is wrong to whoever has no token', async () => {
    const { tryOut } = await openReference();
    expectShown(
      await tryOut('createReview'),
      401,
      'TOKEN_MISSING',
      'This needs a token: send it as Authorization: Bearer <token>.',
    );
    const refused = await tryOut('createAccount', { body: { email: 'ada', password: 'short' } });
    expectShown(
      refused,
      400,
      'INPUT_INVALID',
      '"errors": [',
      '"pointer": "/email"',
      '"pointer": "/password"',
    );
    expect(refused.text).to.include('must be an e-mail address');
    expect(refused.text).to.include('must have at least 10 characters');
    const missing = await tryOut('getProduct', { parameters: { id: unknownId } });
    expectShown(missing, 404, 'PRODUCT_NOT_FOUND', unknownId);
  });

  it('shows what is wrong to a customer', async () => {
    const { id: productId } = await api.createProduct();
    const ada = createPerson(api);
    await ada.register();
    const { tryOut, authorize } = await openReference();
    await authorize((await ada.logIn()).accessToken);

    const review = await tryOut('createReview', { body: newReview(productId) });
    const again = await tryOut('createReview', { body: newReview(productId, { rating: 1 }) });
    expectShown(again, 409, 'REVIEW_EXISTS');
    const parameters = { id: shownField(review, 'id'), 'If-Match': shownHeader(review, 'etag') };
    expect((await tryOut('patchReview', { parameters })).status).to.equal(200);
    const late = await tryOut('patchReview', { parameters, body: { rating: 2 } });
    expectShown(late, 412, 'VERSION_MISMATCH', 'Read it again, and repeat the change on what it is now.');
    const product = await tryOut('createProduct');
    expectShown(product, 403, 'SCOPE_MISSING', 'This needs a token with the scope products:write.');
  });

  it('shows when there is more to whoever has asked too often', async () => {
    const strict = await start({ limits: { reads: undefined, writes: undefined, logins: 1 } });
    const { tryOut } = await openReference(strict);
    expectShown(await tryOut('createSession'), 401, 'CREDENTIALS_WRONG');
    const refused = await tryOut('createSession');
    expectShown(refused, 429, 'TOO_MANY_REQUESTS');
    expect(Number(shownHeader(refused, 'retry-after'))).to.be.within(1, 60);
  });
});
