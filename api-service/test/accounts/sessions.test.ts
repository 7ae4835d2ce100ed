import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { decodeJwt } from 'jose';
import type { Client } from 'pg';
import { readKeysFile } from '../../src/auth/keys-file.ts';
import { configSchema } from '../../src/config.ts';
import { connect, startApi, type Api } from '../support/api.ts';
import { newApiKey, newReview, type Review } from '../support/http-client.ts';
import { auth } from '../support/tokens.ts';
import { createPerson, expectCode, type Account } from './support.ts';

describe('accounts and sessions', () => {
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

  it('lets somebody new register, log in, and write a review as its author', async () => {
    const ada = createPerson(api);
    const account = await ada.register();
    expect(account).to.include({
      email: ada.email,
      role: 'customer',
      emailVerified: false,
      secondFactor: false,
      disabled: false,
      version: 1,
    });
    const { accessToken, accountId } = await ada.logIn();
    expect(accountId).to.equal(account.id);
    const { id: productId } = await api.createProduct();
    const { status, body } = await ada.as(accessToken).post<Review>('/api/reviews', newReview(productId));
    expect({ status, author: body.author.id }).to.deep.equal({ status: 201, author: account.id });
  });

  it('keeps no password, and hashes with Argon2id at the strength that OWASP asks for', async () => {
    const ada = createPerson(api);
    const { id } = await ada.register();
    const { rows } = await db.query<{ row: string }>('SELECT a::text AS row FROM accounts a WHERE id = $1', [
      id,
    ]);
    expect(rows[0]!.row)
      .to.match(/\$argon2id\$v=19\$m=19456,(t=2,p=1|p=1,t=2)\$/)
      .and.not.contain(ada.password);
  });

  it('has one account for an address, in whatever case it is written', async () => {
    const ada = createPerson(api);
    await ada.register();
    expectCode(
      await ada.post('/api/accounts', { email: ada.email.toUpperCase(), password: ada.password }),
      409,
      'EMAIL_TAKEN',
    );
    expect((await ada.tryLogin({ email: ` ${ada.email.toUpperCase()} ` })).status).to.equal(201);
  });

  it('registers one of many who want the same address at once', async () => {
    const ada = createPerson(api);
    const { email, password } = ada;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => ada.post('/api/accounts', { email, password })),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409, 409]);
  });

  for (const [what, given, pointer] of [
    ['a short password', { password: 'ninechars' }, '/password'],
    ['no address', { email: 'ada' }, '/email'],
    ['a role', { role: 'admin' }, '/role'],
  ] as const) {
    it(`does not register with ${what}`, async () => {
      const ada = createPerson(api);
      const answer = await ada.post('/api/accounts', { email: ada.email, password: ada.password, ...given });
      expectCode(answer, 400, 'INPUT_INVALID');
      expect(answer.body.errors!.map((fault) => fault.pointer)).to.deep.equal([pointer]);
    });
  }

  it('says the same of a wrong password and of an address without an account', async () => {
    const [ada, nobody] = [createPerson(api), createPerson(api)];
    await ada.register();
    const [wrong, unknown] = [
      await ada.tryLogin({ password: 'wrong horse battery' }),
      await nobody.tryLogin(),
    ];
    expectCode(wrong, 401, 'CREDENTIALS_WRONG');
    expect(wrong.headers.get('www-authenticate')).to.equal('Bearer');
    expect(unknown.body).to.deep.equal(wrong.body);
  });

  it('gives access tokens of a quarter of an hour, and refresh tokens that nobody finds in the database', async () => {
    const ada = createPerson(api);
    await ada.register();
    const { accessToken, refreshToken } = await ada.logIn();
    const { iat, exp } = decodeJwt(accessToken);
    expect(exp! - iat!).to.equal(15 * 60);
    const { rows } = await db.query<{ row: string }>('SELECT s::text AS row FROM sessions s');
    for (const { row } of rows) expect(row).to.not.contain(refreshToken.split('.')[1]);
  });

  it('takes each refresh token once, and ends the session of one that comes again', async () => {
    const ada = createPerson(api);
    await ada.register();
    const first = await ada.logIn();
    const second = await ada.refresh(first.refreshToken);
    expect(second.status).to.equal(200);
    expectCode(await ada.refresh(first.refreshToken), 401, 'REFRESH_TOKEN_REUSED');
    expectCode(await ada.refresh(second.body.refreshToken), 401, 'REFRESH_TOKEN_INVALID');
  });

  it('gives one of many who refresh at once the next token, and ends the session for the others’ sake', async () => {
    const ada = createPerson(api);
    await ada.register();
    const { refreshToken } = await ada.logIn();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ada.refresh(refreshToken)));
    const passed = answers.filter(({ status }) => status === 200);
    expect(passed).to.have.length(1);
    expect((await ada.refresh(passed[0]!.body.refreshToken)).status).to.equal(401);
  });

  it('gives whoever repeats a refresh with its Idempotency-Key the same tokens, which stand nowhere in clear', async () => {
    const ada = createPerson(api);
    await ada.register();
    const { refreshToken } = await ada.logIn();
    const headers = { 'Idempotency-Key': randomUUID() };
    const [first, again] = [
      await ada.refresh(refreshToken, headers),
      await ada.refresh(refreshToken, headers),
    ];
    expect(again.headers.get('idempotency-replayed')).to.equal('true');
    expect(again.body).to.deep.equal(first.body);
    expect((await ada.refresh(first.body.refreshToken)).status).to.equal(200);
    const { rows } = await db.query<{ key: string; body: Buffer }>('SELECT key, body FROM idempotency_keys');
    expect(rows).to.not.be.empty;
    for (const { key, body } of rows) {
      expect(key).to.not.equal(headers['Idempotency-Key']);
      expect(body.includes(first.body.refreshToken)).to.equal(false);
    }
  });

  it('ends a session at logout, which may be said twice', async () => {
    const ada = createPerson(api);
    await ada.register();
    const [gone, other] = [await ada.logIn(), await ada.logIn()];
    expect((await ada.logOut(gone.refreshToken)).status).to.equal(204);
    expect((await ada.logOut(gone.refreshToken)).status).to.equal(204);
    expectCode(await ada.refresh(gone.refreshToken), 401, 'REFRESH_TOKEN_INVALID');
    expect((await ada.refresh(other.refreshToken)).status).to.equal(200);
  });

  it('gives nobody the tokens of a session that has ended, not even by the key that they were made with', async () => {
    const ada = createPerson(api);
    await ada.register();
    const headers = { 'Idempotency-Key': randomUUID() };
    const { refreshToken } = await ada.logIn();
    const { body } = await ada.refresh(refreshToken, headers);
    await ada.logOut(body.refreshToken);
    expectCode(await ada.refresh(refreshToken, headers), 409, 'CREATED_IS_ERASED');
  });

  it('keeps the newest fifty sessions of an account', async () => {
    const ada = createPerson(api);
    const { id } = await ada.register();
    await db.query(
      `INSERT INTO sessions (id, account_id, token_hash, expires_at)
       SELECT gen_random_uuid(), $1, '', now() + n * interval '1 minute' FROM generate_series(1, 60) n`,
      [id],
    );
    const { refreshToken } = await ada.logIn();
    const { rows } = await db.query('SELECT 1 FROM sessions WHERE account_id = $1', [id]);
    expect(rows).to.have.length(50);
    expect((await ada.refresh(refreshToken)).status).to.equal(200);
  });

  it('forgets a session that nobody has used for thirty days', async () => {
    const ada = createPerson(api);
    const { id } = await ada.register();
    const { refreshToken } = await ada.logIn();
    await db.query('UPDATE sessions SET expires_at = now() WHERE account_id = $1', [id]);
    expectCode(await ada.refresh(refreshToken), 401, 'REFRESH_TOKEN_INVALID');
  });

  it('changes a password for whoever knows the old one, and ends all sessions', async () => {
    const ada = createPerson(api);
    await ada.register();
    const { accessToken, refreshToken } = await ada.logIn();
    const newPassword = 'incorrect horse battery';
    const change = (currentPassword: string) =>
      ada.as(accessToken).put('/api/account/password', { currentPassword, newPassword });
    expectCode(await change('wrong horse battery'), 400, 'PASSWORD_WRONG');
    expect((await change(ada.password)).status).to.equal(204);
    expectCode(await ada.refresh(refreshToken), 401, 'REFRESH_TOKEN_INVALID');
    expectCode(await ada.tryLogin(), 401, 'CREDENTIALS_WRONG');
    await ada.logIn({ password: newPassword });
  });

  it('changes a password with If-Match only where that is the ETag of the account', async () => {
    const ada = createPerson(api);
    await ada.register();
    const { accessToken: token, refreshToken } = await ada.logIn();
    const etag = (await ada.as(token).get('/api/account')).headers.get('etag')!;
    const change = (ifMatch: string, currentPassword = ada.password) =>
      api.request('PUT', '/api/account/password', {
        json: { currentPassword, newPassword: 'incorrect horse battery' },
        token,
        headers: { 'If-Match': ifMatch },
      });
    for (const other of ['"2-abc"', `W/${etag}`, ''])
      expectCode(await change(other), 412, 'VERSION_MISMATCH');
    expectCode(await change('"2-abc"', 'wrong horse battery'), 400, 'PASSWORD_WRONG');
    const { status, body } = await ada.refresh(refreshToken);
    expect(status, body.code).to.equal(200);
    expect((await change(etag)).status).to.equal(204);
    await ada.logIn({ password: 'incorrect horse battery' });
  });

  it('takes a password however its letters are composed', async () => {
    const ada = createPerson(api);
    await ada.post('/api/accounts', { email: ada.email, password: 'cafe\u0301 au lait' });
    await ada.logIn({ password: 'caf\u00e9 au lait' });
  });

  it('deletes an account with its sessions, and what was kept of it; its reviews stay', async () => {
    const ada = createPerson(api);
    const { email, password } = ada;
    const headers = { 'Idempotency-Key': randomUUID() };
    const register = () => ada.post('/api/accounts', { email, password }, headers);
    expect((await register()).status).to.equal(201);
    const { accessToken, refreshToken } = await ada.logIn();
    const { id: productId } = await api.createProduct();
    const review = await ada.as(accessToken).post<Review>('/api/reviews', newReview(productId));
    const remove = (given: string) =>
      ada.as(accessToken).post('/api/account/removal', { password: given }, headers);
    expectCode(await remove('wrong horse battery'), 400, 'PASSWORD_WRONG');
    expect((await remove(password)).status).to.equal(204);
    expect((await remove(password)).headers.get('idempotency-replayed')).to.equal('true');
    expectCode(await ada.as(accessToken).get('/api/account'), 404, 'ACCOUNT_NOT_FOUND');
    expectCode(await ada.refresh(refreshToken), 401, 'REFRESH_TOKEN_INVALID');
    expectCode(await register(), 409, 'CREATED_IS_ERASED');
    expect((await api.get(`/api/reviews/${review.body.id}`)).status).to.equal(200);
  });

  it('tells a token of somebody without an account that there is none', async () => {
    expectCode(await api.get('/api/account'), 404, 'ACCOUNT_NOT_FOUND');
  });

  it('has the accounts listed, found, made moderators, and disabled by admins', async () => {
    const ada = createPerson(api);
    const { id } = await ada.register();
    const found = await api.page<Account>(`/api/accounts?email=${encodeURIComponent(ada.email)}`);
    expect(found.data.map((account) => account.id)).to.deep.equal([id]);
    expect((await api.page<Account>('/api/accounts?limit=1')).nextCursor).to.be.a('string');

    const moderator = await api.patch<Account>(`/api/accounts/${id}`, { role: 'moderator' });
    expect(moderator.body).to.include({ role: 'moderator', disabled: false, version: 2 });
    const { accessToken, refreshToken } = await ada.logIn();
    expect(decodeJwt(accessToken).roles).to.deep.equal(['moderator']);

    const disabled = await api.patch<Account>(`/api/accounts/${id}`, { disabled: true });
    expect(disabled.body).to.include({ role: 'moderator', disabled: true, version: 3 });
    expectCode(await ada.tryLogin(), 403, 'ACCOUNT_DISABLED');
    expectCode(await ada.refresh(refreshToken), 401, 'REFRESH_TOKEN_INVALID');
    await api.patch(`/api/accounts/${id}`, { disabled: false });
    await ada.logIn();
  });

  it('guards an account against two admins at once by If-Match', async () => {
    const { id } = await createPerson(api).register();
    const { headers } = await api.get(`/api/accounts/${id}`);
    const patch = (json: object) =>
      api.request('PATCH', `/api/accounts/${id}`, { json, headers: { 'If-Match': headers.get('etag')! } });
    expect((await patch({ role: 'moderator' })).status).to.equal(200);
    expectCode(await patch({ disabled: true }), 412, 'VERSION_MISMATCH');
  });

  it('keeps the last admin who can log in, also where two take the role from each other at once', async () => {
    const own = await startApi();
    try {
      const people = [createPerson(own), createPerson(own)];
      const admins = await Promise.all(people.map((person) => person.register()));
      for (const { id } of admins) await own.patch(`/api/accounts/${id}`, { role: 'admin' });
      const answers = await Promise.all(
        admins.map(({ id }) => own.patch(`/api/accounts/${id}`, { role: 'customer' })),
      );
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
      const last = answers.findIndex(({ status }) => status === 409);
      const path = `/api/accounts/${admins[last]!.id}`;
      expectCode(await own.patch(path, { disabled: true }), 409, 'LAST_ADMIN');
      expectCode(await own.delete(path), 409, 'LAST_ADMIN');
      const { accessToken } = await people[last]!.logIn();
      const { password } = people[last]!;
      expectCode(
        await people[last]!.as(accessToken).post('/api/account/removal', { password }),
        409,
        'LAST_ADMIN',
      );
    } finally {
      await own.stop();
    }
  });

  it('lets nobody manage others from the moment on that he is no admin, though the token lasts', async () => {
    const [eve, other] = [createPerson(api), createPerson(api)];
    const [{ id }] = [await eve.register(), await other.register()];
    await api.patch(`/api/accounts/${id}`, { role: 'admin' });
    const hers = eve.as((await eve.logIn()).accessToken);
    expect((await hers.get('/api/accounts')).status).to.equal(200);
    const { id: otherId } = await createPerson(api).register();
    await api.patch(`/api/accounts/${otherId}`, { role: 'admin' });
    await api.patch(`/api/accounts/${id}`, { role: 'customer' });
    expectCode(await hers.get('/api/accounts'), 403, 'SCOPE_MISSING');
    expectCode(await hers.post('/api/keys', newApiKey()), 403, 'SCOPE_MISSING');
  });

  it('refreshes more sessions at once than there are connections', async () => {
    const ada = createPerson(api);
    await ada.register();
    const { refreshToken } = await ada.logIn();
    const sessions = [refreshToken];
    while (sessions.length < 12) sessions.push((await ada.logIn()).refreshToken);
    const answers = await Promise.all(sessions.map((token) => ada.refresh(token)));
    expect(answers.map(({ status }) => status)).to.deep.equal(sessions.map(() => 200));
  });

  it('leaves no session of the old password, also of those who log in while it is changed', async () => {
    const ada = createPerson(api);
    const { id } = await ada.register();
    const { accessToken } = await ada.logIn();
    const json = { currentPassword: ada.password, newPassword: 'incorrect horse battery' };
    // Enough of them that some have looked at the password before it changes, and begin a session after that.
    const [changed] = await Promise.all([
      ada.as(accessToken).put('/api/account/password', json),
      ...Array.from({ length: 12 }, () => ada.tryLogin()),
    ]);
    expect(changed.status).to.equal(204);
    const { rows } = await db.query('SELECT 1 FROM sessions WHERE account_id = $1', [id]);
    expect(rows).to.deep.equal([]);
  });

  it('shows others the public keys that our tokens are checked with, and no more', async () => {
    const { body } = await api.get<{ keys: Record<string, string>[] }>('/.well-known/jwks.json');
    expect(body.keys).to.have.length(1);
    expect(body.keys[0]).to.have.keys('kty', 'crv', 'x', 'y', 'kid', 'alg', 'use');
  });

  it('takes 401 and not 5xx for a refresh token of any form', async () => {
    const ada = createPerson(api);
    for (const token of ['', '.', `${randomUUID()}.x`, `${randomUUID()}.${'a'.repeat(43)}`, '\0'.repeat(80)])
      expectCode(await ada.refresh(token), 401, 'REFRESH_TOKEN_INVALID');
  });
});

describe('where people have no accounts here', () => {
  const accountPaths = ['/api/accounts', '/api/account', '/api/sessions', '/verify-email'];
  for (const [what, settings, paths] of [
    ['with ACCOUNTS=off', { ...auth, accounts: false }, accountPaths],
    ['with AUTH=off', null, [...accountPaths, '/api/keys', '/.well-known/jwks.json']],
  ] as const) {
    it(`nothing is at the paths of ${what}`, async () => {
      const api = await startApi({ auth: settings });
      try {
        for (const path of paths) expect((await fetch(api.baseUrl + path)).status, path).to.equal(404);
      } finally {
        await api.stop();
      }
    });
  }

  it('others still find the public keys of our tokens with ACCOUNTS=off', async () => {
    const api = await startApi({ auth: { ...auth, accounts: false } });
    try {
      const { status, body } = await api.get<{ keys: { kid: string }[] }>('/.well-known/jwks.json');
      const [{ kid }] = await readKeysFile(auth.keysFile);
      expect({ status, kids: body.keys.map((key) => key.kid) }).to.deep.equal({ status: 200, kids: [kid] });
    } finally {
      await api.stop();
    }
  });

  it('as with an identity provider', () => {
    const env = {
      AUTH_JWKS_URL: 'https://id.example/keys',
      AUTH_ISSUER: 'https://id.example',
      AUTH_AUDIENCE: 'shop',
    };
    expect(configSchema.parse(env).auth!.accounts).to.equal(false);
    expect(configSchema.parse({}).auth!.accounts).to.equal(true);
  });
});
