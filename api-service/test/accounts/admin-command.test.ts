import { expect } from 'chai';
import { runAdminCommand } from '../../src/accounts/admin-command.ts';
import { connect, startApi, type Api } from '../support/api.ts';
import { createPerson, expectCode, type Account } from './support.ts';

describe('the command admin', () => {
  let api: Api;
  const said = { log: '', error: '' };
  const { log, error } = console;
  before(async () => {
    api = await startApi();
  });
  after(() => api.stop());
  beforeEach(() => {
    [said.log, said.error] = ['', ''];
    console.log = (text: string) => void (said.log += text);
    console.error = (text: string) => void (said.error += text);
  });
  afterEach(() => Object.assign(console, { log, error }));

  const run = (args: string[], databaseUrl = api.databaseUrl) =>
    runAdminCommand(args, { withDatabase: (work) => work(databaseUrl) });

  it('makes an account with the password that it prints, which may manage others', async () => {
    const ada = createPerson(api);
    expect(await run([ada.email])).to.equal(0);
    const password = said.log.split(' ').at(-1)!;
    const { accessToken } = await ada.logIn({ password });
    expect((await ada.as(accessToken).get('/api/accounts')).status).to.equal(200);
  });

  it('makes an account whose address is confirmed an admin’s, and leaves its password', async () => {
    const ada = createPerson(api);
    const { id } = await ada.register();
    const db = await connect(api.databaseUrl);
    await db.query('UPDATE accounts SET email_verified_at = now(), disabled_at = now() WHERE id = $1', [id]);
    await db.end();
    expect(await run([ada.email.toUpperCase()])).to.equal(0);
    expect((await api.get<Account>(`/api/accounts/${id}`)).body).to.include({
      role: 'admin',
      disabled: false,
    });
    await ada.logIn();
  });

  it('gives nobody the role who has only registered with the address', async () => {
    const thief = createPerson(api);
    await thief.register();
    const { refreshToken } = await thief.logIn();
    expect(await run([thief.email])).to.equal(0);
    const password = said.log.split(' ').at(-1)!;
    expectCode(await thief.tryLogin(), 401, 'CREDENTIALS_WRONG');
    expectCode(await thief.refresh(refreshToken), 401, 'REFRESH_TOKEN_INVALID');
    await thief.logIn({ password });
  });

  it('lets nobody come before the first admin', async () => {
    const other = await startApi();
    try {
      const json = { email: 'Admin@Example.com', password: 'correct horse battery' };
      await other.request('POST', '/api/accounts', { json, token: null });
      expect(await other.appointFirstAdmin()).to.equal(undefined);
      const { data } = await other.page<Account>('/api/accounts');
      expect(data.map(({ role }) => role)).to.deep.equal(['customer']);
    } finally {
      await other.stop();
    }
  });

  for (const args of [[], ['ada'], ['a@shop.example', 'b@shop.example'], ['--what']])
    it(`says what is wrong with ${JSON.stringify(args)}`, async () => {
      expect(await run(args)).to.equal(2);
      expect(said.error).to.contain('npm run -s admin -- EMAIL');
    });

  it('says what to do where the database cannot be reached', async () => {
    expect(await run(['a@shop.example'], 'postgres://nobody@127.0.0.1:1/none')).to.equal(1);
    expect(said.error).to.contain('correct DATABASE_URL');
  });

  it('says so where DATABASE_URL is none, or names no database that there is', async () => {
    expect(await run(['a@shop.example'], 'foo')).to.equal(1);
    const url = new URL(api.databaseUrl);
    url.pathname = '/no_such_database';
    expect(await run(['a@shop.example'], url.href)).to.equal(1);
    expect(said.error).to.match(/DATABASE_URL must be set[^]*correct DATABASE_URL/);
  });
});
