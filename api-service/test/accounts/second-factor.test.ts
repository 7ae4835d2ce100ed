import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Client } from 'pg';
import { createRecoveryCodes, stepOf } from '../../src/accounts/second-factor.ts';
import { connect, startApi, type Api } from '../support/api.ts';
import { codeOf, createPerson, expectCode, type Account } from './support.ts';

describe('the codes of an authenticator', () => {
  // RFC 6238, appendix B, of which an authenticator shows the last six digits.
  const secret = Buffer.from('12345678901234567890');
  for (const [seconds, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ] as const) {
    it(`are those of RFC 6238 at ${seconds} s, and of the half minutes beside it`, () => {
      const step = Math.floor(seconds / 30);
      for (const away of [-30, 0, 30]) expect(stepOf(code, secret, (seconds + away) * 1000)).to.equal(step);
      for (const away of [-60, 60]) expect(stepOf(code, secret, (seconds + away) * 1000)).to.equal(undefined);
    });
  }

  it('may be replaced by one of ten recovery codes, no two alike', () => {
    const codes = createRecoveryCodes();
    expect(new Set(codes).size).to.equal(10);
    for (const code of codes) expect(code).to.match(/^([a-hj-km-np-z2-9]{4}-){3}[a-hj-km-np-z2-9]{4}$/);
  });
});

describe('a second factor', () => {
  let api: Api;
  let db: Client;
  before(async () => {
    api = await startApi();
    db = await connect(api.databaseUrl);
  });
  after(async () => {
    await db.end();
    await api.stop();
  });

  async function setUp() {
    const person = createPerson(api);
    const { id } = await person.register();
    await db.query('UPDATE accounts SET email_verified_at = now() WHERE id = $1', [id]);
    const { accessToken } = await person.logIn();
    const her = person.as(accessToken);
    const { status, body } = await her.post<{ uri: string; secret: string }>('/api/account/second-factor', {
      password: person.password,
    });
    expect(status).to.equal(201);
    return { person, her, uri: body.uri };
  }

  const confirmation = '/api/account/second-factor/confirmation';
  const removal = '/api/account/second-factor/removal';

  async function setUpAndConfirm() {
    const { person, her, uri } = await setUp();
    const { status, body } = await her.post<{ recoveryCodes: string[] }>(confirmation, {
      code: codeOf(uri, -1),
    });
    expect(status).to.equal(200);
    return { person, her, uri, recoveryCodes: body.recoveryCodes };
  }

  it('is asked for from its confirmation on, and not before', async () => {
    const { person, her, uri } = await setUp();
    expect(uri).to.match(/^otpauth:\/\/totp\/CT%20Reviews:/);
    await person.logIn();
    expectCode(await her.post(confirmation, { code: '000000' }), 400, 'CODE_WRONG');
    expect((await her.post(confirmation, { code: codeOf(uri, -1) })).status).to.equal(200);
    expectCode(await person.tryLogin(), 401, 'CODE_MISSING');
    expectCode(await person.tryLogin({ code: '000000' }), 401, 'CODE_WRONG');
    await person.logIn({ code: codeOf(uri) });
    const { body } = await her.get<Account>('/api/account');
    expect(body.secondFactor).to.equal(true);
  });

  it('tells nobody who has not the password that there is one', async () => {
    const { person } = await setUpAndConfirm();
    expectCode(await person.tryLogin({ password: 'wrong horse battery' }), 401, 'CREDENTIALS_WRONG');
  });

  it('takes each code once, also of two who send it at the same time', async () => {
    const { person, uri } = await setUpAndConfirm();
    const code = codeOf(uri);
    const answers = await Promise.all([person.tryLogin({ code }), person.tryLogin({ code })]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 401]);
    expectCode(await person.tryLogin({ code: codeOf(uri, -1) }), 401, 'CODE_WRONG');
  });

  it('takes each recovery code once, however it is written', async () => {
    const { person, recoveryCodes } = await setUpAndConfirm();
    const [code] = recoveryCodes as [string];
    await person.logIn({ code: code.toUpperCase().replaceAll('-', ' ') });
    expectCode(await person.tryLogin({ code }), 401, 'CODE_WRONG');
    await person.logIn({ code: recoveryCodes[9] });
  });

  it('shows recovery codes once, and to whoever repeats the request with its Idempotency-Key', async () => {
    const { her, uri } = await setUp();
    const headers = { 'Idempotency-Key': randomUUID() };
    const confirm = () => her.post<{ recoveryCodes: string[] }>(confirmation, { code }, headers);
    const code = codeOf(uri);
    const [first, again] = [await confirm(), await confirm()];
    expect(again.body).to.deep.equal(first.body);
    expectCode(await her.post(confirmation, { code }), 409, 'SECOND_FACTOR_ON');
    const { rows } = await db.query<{ row: string }>('SELECT a::text AS row FROM accounts a');
    for (const { row } of rows) expect(row).to.not.contain(first.body.recoveryCodes[0]);
  });

  it('is removed by whoever has the password and a code', async () => {
    const { person, her, uri } = await setUpAndConfirm();
    const { password } = person;
    const code = codeOf(uri);
    expectCode(await her.post(removal, { password: 'wrong horse battery', code }), 400, 'PASSWORD_WRONG');
    expectCode(await her.post(removal, { password, code: '000000' }), 400, 'CODE_WRONG');
    expect((await her.post(removal, { password, code })).status).to.equal(204);
    await person.logIn();
    expectCode(await her.post(removal, { password, code }), 409, 'SECOND_FACTOR_OFF');
  });

  it('is for an address that was confirmed, so that nobody locks its owner out', async () => {
    const person = createPerson(api);
    await person.register();
    const her = person.as((await person.logIn()).accessToken);
    const answer = await her.post('/api/account/second-factor', { password: person.password });
    expectCode(answer, 409, 'EMAIL_UNVERIFIED');
  });

  it('may be set up anew at once after one was removed', async () => {
    const { person, her, uri } = await setUpAndConfirm();
    const { password } = person;
    await her.post(removal, { password, code: codeOf(uri) });
    const { body } = await her.post<{ uri: string }>('/api/account/second-factor', { password });
    expect((await her.post(confirmation, { code: codeOf(body.uri, -1) })).status).to.equal(200);
  });

  it('is set up by whoever has the password, and not over one that is on', async () => {
    const { person, her } = await setUpAndConfirm();
    const post = (password: string) => her.post('/api/account/second-factor', { password });
    expectCode(await post('wrong horse battery'), 400, 'PASSWORD_WRONG');
    expectCode(await post(person.password), 409, 'SECOND_FACTOR_ON');
  });
});
