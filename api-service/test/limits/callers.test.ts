import { expect } from 'chai';
import { startApi, type Api, type ApiOptions } from '../support/api.ts';
import { newAccount, newApiKey, newProduct, type Answer, type Problem } from '../support/http-client.ts';
import { tokenOf } from '../support/tokens.ts';

const off = { reads: undefined, writes: undefined, logins: undefined };

describe('limits per caller', () => {
  let api: Api;
  const start = async (limits: Partial<NonNullable<ApiOptions['limits']>>) => {
    api = await startApi({ limits: { ...off, ...limits } });
  };
  afterEach(() => api.stop());

  const write = (token: string | null) =>
    api.request<Problem>('POST', '/api/products', { json: newProduct(), token });
  const read = (path: string) => api.request<Problem>('GET', path, { token: null });
  const statuses = (answers: Answer<unknown>[]) => answers.map(({ status }) => status);

  async function times<T>(count: number, ask: () => Promise<T>): Promise<T[]> {
    const answers: T[] = [];
    for (let n = 0; n < count; n++) answers.push(await ask());
    return answers;
  }

  it('let each write as often as the limit says, and tell on each answer how it stands', async () => {
    await start({ writes: 3 });
    const token = await tokenOf({ role: 'admin', subject: 'busy' });
    const answers = await times(4, () => write(token));
    expect(statuses(answers)).to.deep.equal([201, 201, 201, 429]);
    const [first, , , last] = answers;
    expect(first!.headers.get('ratelimit-policy')).to.equal('"writes";q=3;w=60');
    expect(first!.headers.get('ratelimit')).to.match(/^"writes";r=2;t=\d+$/);
    expect(last!.body.code).to.equal('TOO_MANY_REQUESTS');
    expect(Number(last!.headers.get('retry-after'))).to.be.within(1, 20);
    expect(await write(await tokenOf({ role: 'admin' }))).to.include({ status: 201 });
  });

  it('count each API key apart from others, and from people', async () => {
    await start({ writes: 2 });
    const keys = await times(2, () =>
      api.post<{ key: string }>('/api/keys', newApiKey({ scopes: ['products:write'] })),
    );
    for (const { body } of keys)
      expect(statuses(await times(3, () => write(body.key)))).to.deep.equal([201, 201, 429]);
  });

  it('hold whoever tries out tokens to the limit of the address, but nobody who has one', async () => {
    await start({ writes: 3 });
    const answers = [...(await times(2, () => write('a.b.c'))), await write(null), await write('ctr_none')];
    expect(statuses(answers)).to.deep.equal([401, 401, 401, 429]);
    expect((await write(await tokenOf({ role: 'admin' }))).status).to.equal(201);
  });

  it('let a password be tried so often from an address, whosever it is', async () => {
    await start({ logins: 2 });
    const logIn = () => api.request('POST', '/api/sessions', { json: newAccount(), token: null });
    expect(statuses(await times(3, logIn))).to.deep.equal([401, 401, 429]);
    const register = api.request('POST', '/api/accounts', { json: newAccount(), token: null });
    expect((await register).status).to.equal(429);
  });

  it('let the password of an account be tried so often, from whatever address', async () => {
    api = await startApi({ limits: { ...off, logins: 2 }, trustProxy: 1 });
    const json = newAccount();
    let address = 0;
    const logIn = () =>
      api.request('POST', '/api/sessions', {
        json: { ...json, email: address % 2 ? json.email : json.email.toUpperCase() },
        token: null,
        headers: { 'X-Forwarded-For': `192.0.2.${++address}` },
      });
    expect(statuses(await times(3, logIn))).to.deep.equal([401, 401, 429]);
    json.email = newAccount().email;
    expect((await logIn()).status).to.equal(401);
  });

  it('leave reads alone unless they are limited, and then what tells how the service is', async () => {
    await start({ writes: 1, logins: 1 });
    expect(statuses(await times(5, () => read('/api/products')))).to.deep.equal([200, 200, 200, 200, 200]);
    await api.stop();
    await start({ reads: 2 });
    expect(statuses(await times(3, () => read('/api/products')))).to.deep.equal([200, 200, 429]);
    for (const path of ['/health/live', '/health/ready', '/metrics', '/openapi.json'])
      expect((await read(path)).status, path).to.equal(200);
  });
});
