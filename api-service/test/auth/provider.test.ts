import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { waitFor } from 'ct-common-lib/testing';
import type { AuthSettings } from '../../src/auth/auth-settings.ts';
import { startApi, type Api } from '../support/api.ts';
import { newProduct, type Problem } from '../support/http-client.ts';
import { auth } from '../support/tokens.ts';

const minuteMs = 60_000;

describe('tokens of an identity provider', () => {
  const known: JWK[] = [];
  let fetched: number;
  let failure: 'none' | 'error' | 'silence' | 'nonsense';
  let provider: Server;
  let api: Api;
  let settings: AuthSettings;
  const realNow = Date.now;

  beforeEach(async () => {
    [fetched, failure, known.length] = [0, 'none', 0];
    provider = createServer((_req, res) => {
      fetched++;
      if (failure === 'silence') return;
      if (failure === 'error') res.writeHead(500);
      res.end(failure === 'nonsense' ? '<html>' : JSON.stringify({ keys: known }));
    });
    provider.listen(0, '127.0.0.1');
    await once(provider, 'listening');
    const jwksUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks.json`;
    settings = { ...auth, jwksUrl, issuer: 'https://id.example', audience: 'shop', rolesClaim: 'groups' };
    api = await startApi({ auth: settings });
  });
  afterEach(async () => {
    Date.now = realNow;
    await api.stop();
    provider.closeAllConnections();
    provider.close();
  });

  /** Of the services, whose clock it is; what is signed later is signed by it. */
  const waitMinutes = (minutes: number) => {
    const before = Date.now;
    Date.now = () => before() + minutes * minuteMs;
  };

  /** A key of the provider's, published or not, that signs admins' tokens. */
  async function newKey(kid: string, { alg = 'EdDSA', isPublished = true } = {}) {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    if (isPublished) known.push({ ...(await exportJWK(publicKey)), kid, alg });
    return (claims: object = {}, header: object = {}) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        iss: settings.issuer,
        aud: 'shop',
        sub: 'ada',
        groups: ['admin'],
        exp: now + 60,
        ...claims,
      })
        .setProtectedHeader({ alg, kid, ...header })
        .sign(privateKey);
    };
  }

  const write = async (token: string) => {
    const { status, body } = await api.request<Problem>('POST', '/api/products', {
      json: newProduct(),
      token,
    });
    return status === 201 ? 'accepted' : body.code;
  };

  for (const alg of ['EdDSA', 'ES256', 'RS256'])
    it(`are accepted when signed with ${alg}, with the roles in the claim that was named`, async () => {
      const sign = await newKey('first', { alg });
      expect(await write(await sign())).to.equal('accepted');
      expect(await write(await sign({ groups: undefined, roles: ['admin'] }))).to.equal('SCOPE_MISSING');
    });

  it('may have their roles in a claim inside another, as its path says', async () => {
    await api.stop();
    api = await startApi({ auth: { ...settings, rolesClaim: 'realm_access.roles' } });
    const sign = await newKey('first');
    expect(await write(await sign({ realm_access: { roles: ['admin'] } }))).to.equal('accepted');
    expect(await write(await sign({ realm_access: 'admin' }))).to.equal('SCOPE_MISSING');
    expect(await write(await sign({ 'realm_access.roles': ['admin'] }))).to.equal('accepted');
  });

  it('must name their key where there are several', async () => {
    const sign = await newKey('first');
    await newKey('second');
    expect(await write(await sign({}, { kid: undefined }))).to.equal('TOKEN_INVALID');
    expect(await write(await sign())).to.equal('accepted');
  });

  it('fetch its keys once for many', async () => {
    const sign = await newKey('first');
    const tokens = await Promise.all(Array.from({ length: 20 }, () => sign()));
    expect(new Set(await Promise.all(tokens.map(write)))).to.deep.equal(new Set(['accepted']));
    expect(fetched).to.equal(1);
  });

  it('are accepted when signed with a key that is new, and refused with one that was withdrawn', async () => {
    const first = await newKey('first');
    expect(await write(await first())).to.equal('accepted');
    const second = await newKey('second');
    waitMinutes(1);
    expect(await write(await second())).to.equal('accepted');
    known.shift();
    waitMinutes(11);
    // Whoever comes first after ten minutes has the keys fetched, and waits for them.
    expect(await write(await first())).to.equal('TOKEN_INVALID');
    expect(await write(await second())).to.equal('accepted');
  });

  it('do not have it asked for each key that somebody makes up', async () => {
    const sign = await newKey('first');
    expect(await write(await sign())).to.equal('accepted');
    const forged = await newKey('made-up', { isPublished: false });
    for (let n = 0; n < 5; n++) expect(await write(await forged())).to.equal('TOKEN_INVALID');
    expect(fetched).to.equal(1);
  });

  for (const how of ['error', 'silence', 'nonsense'] as const)
    it(`are answered with 503 while it has never been reached (${how}), and accepted once it is`, async () => {
      failure = how;
      const sign = await newKey('first');
      const answers = await Promise.all([write(await sign()), write(await sign())]);
      expect(answers).to.deep.equal(Array(2).fill('IDENTITY_PROVIDER_UNAVAILABLE'));
      expect(await write(await sign())).to.equal('IDENTITY_PROVIDER_UNAVAILABLE');
      // Not once a write.
      expect(fetched).to.be.at.most(2);
      failure = 'none';
      waitMinutes(0.02);
      expect(await write(await sign())).to.equal('accepted');
    });

  it('go on being accepted for a day while it is away', async () => {
    const sign = await newKey('first');
    expect(await write(await sign())).to.equal('accepted');
    failure = 'error';
    for (const minutes of [11, 60, 22 * 60]) {
      waitMinutes(minutes);
      expect(await write(await sign()), `${minutes} minutes later`).to.equal('accepted');
    }
    waitMinutes(120);
    expect(await write(await sign())).to.equal('IDENTITY_PROVIDER_UNAVAILABLE');
  });

  for (const how of ['error', 'silence'] as const)
    it(`do not have it asked for each key that somebody makes up while it is away (${how})`, async () => {
      const sign = await newKey('first');
      const junk = (n: number) => sign({}, { kid: `made-up-${n}` });
      const accepted = async () => expect(await write(await sign())).to.equal('accepted');
      await accepted();
      failure = how;
      waitMinutes(1);
      for (let n = 0; n < 20; n++)
        expect(await write(await junk(n))).to.equal('IDENTITY_PROVIDER_UNAVAILABLE');
      await accepted();
      expect(fetched).to.equal(2);
      // Old by now, so that everybody has them fetched anew: once for all, in vain.
      waitMinutes(11);
      for (let n = 0; n < 5; n++) await accepted();
      await waitFor('it to be asked', () => fetched > 2);
      expect(fetched).to.equal(3);
    });

  it('that nobody can check while it is away are held to the limit of their address', async () => {
    await api.stop();
    const limits = { reads: undefined, writes: 3, logins: undefined };
    api = await startApi({ auth: settings, limits });
    failure = 'error';
    const sign = await newKey('first');
    const codes: string[] = [];
    for (let n = 0; n < 4; n++) codes.push(await write(await sign({}, { kid: `made-up-${n}` })));
    expect(codes).to.deep.equal([
      ...Array<string>(3).fill('IDENTITY_PROVIDER_UNAVAILABLE'),
      'TOO_MANY_REQUESTS',
    ]);
  });

  it('leave reads alone while it is away', async () => {
    failure = 'silence';
    expect((await api.get('/api/products')).status).to.equal(200);
  });
});
