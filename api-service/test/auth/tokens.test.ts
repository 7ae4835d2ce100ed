import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { generateKeyPair, importJWK, SignJWT, type JWTPayload } from 'jose';
import { readKeysFile } from '../../src/auth/keys-file.ts';
import { startApi, type Api } from '../support/api.ts';
import { newReview, type Problem, type Review } from '../support/http-client.ts';
import { auth } from '../support/tokens.ts';

const now = () => Math.floor(Date.now() / 1000);
const base64url = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

describe('tokens', () => {
  let api: Api;
  let productId: string;
  before(async () => {
    api = await startApi();
    productId = (await api.createProduct()).id;
  });
  after(() => api.stop());

  const review = (headers: Record<string, string>) =>
    api.request<Problem & Review>('POST', '/api/reviews', {
      json: newReview(productId),
      token: null,
      headers,
    });
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

  /** Right in all that is not told otherwise. */
  async function sign(
    claims: JWTPayload = {},
    { header = {}, key }: { header?: object; key?: Parameters<SignJWT['sign']>[0] } = {},
  ): Promise<string> {
    const [jwk] = await readKeysFile(auth.keysFile);
    const right = { iss: auth.issuer, aud: auth.audience, sub: 'customer-7', iat: now(), exp: now() + 60 };
    return new SignJWT({ ...right, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: jwk.kid, ...header })
      .sign(key ?? (await importJWK({ ...jwk }, 'ES256')));
  }

  const refused: Record<string, [code: string, token: () => Promise<string> | string]> = {
    'that has expired': ['TOKEN_EXPIRED', () => sign({ exp: now() - 6 })],
    'that is not valid yet': ['TOKEN_INVALID', () => sign({ nbf: now() + 60 })],
    'of another issuer': ['TOKEN_INVALID', () => sign({ iss: 'https://elsewhere.example' })],
    'for another audience': ['TOKEN_INVALID', () => sign({ aud: 'https://elsewhere.example' })],
    'that never expires': ['TOKEN_INVALID', () => sign({ exp: undefined })],
    'of nobody': ['TOKEN_INVALID', () => sign({ sub: undefined })],
    'of a subject that is not text': ['TOKEN_INVALID', () => sign({ sub: 7 as never })],
    'of a subject that PostgreSQL cannot hold': ['TOKEN_INVALID', () => sign({ sub: 'a\0b' })],
    'of a subject too long': ['TOKEN_INVALID', () => sign({ sub: 'x'.repeat(201) })],
    'that another key has signed': [
      'TOKEN_INVALID',
      async () => sign({}, { key: (await generateKeyPair('ES256')).privateKey }),
    ],
    'that names a key which is not known': ['TOKEN_INVALID', () => sign({}, { header: { kid: 'other' } })],
    'with a claim changed after it was signed': [
      'TOKEN_INVALID',
      async () => {
        const [header, , signature] = (await sign()).split('.');
        const claims = { iss: auth.issuer, aud: auth.audience, sub: 'x', exp: now() + 60, roles: ['admin'] };
        return `${header}.${base64url(claims)}.${signature}`;
      },
    ],
    'without a signature (alg none)': [
      'TOKEN_INVALID',
      () => {
        const claims = { iss: auth.issuer, aud: auth.audience, sub: 'x', exp: now() + 60 };
        return `${base64url({ alg: 'none' })}.${base64url(claims)}.`;
      },
    ],
    'that takes the public key for a secret (HS256)': [
      'TOKEN_INVALID',
      async () => {
        const [{ d: _secret, ...open }] = await readKeysFile(auth.keysFile);
        const claims = { iss: auth.issuer, aud: auth.audience, sub: 'x', exp: now() + 60 };
        const text = `${base64url({ alg: 'HS256', kid: open.kid })}.${base64url(claims)}`;
        return `${text}.${createHmac('sha256', JSON.stringify(open)).update(text).digest('base64url')}`;
      },
    ],
    'that is none': ['TOKEN_INVALID', () => 'let-me-in'],
    'of three empty parts': ['TOKEN_INVALID', () => '..'],
  };
  for (const [what, [code, token]] of Object.entries(refused))
    it(`refuses one ${what}: 401 ${code}`, async () => {
      const { status, headers, body } = await review(bearer(await token()));
      expect({ status, code: body.code }).to.deep.equal({ status: 401, code });
      expect(headers.get('www-authenticate')).to.match(
        /^Bearer error="invalid_token", error_description="[^"]+"$/,
      );
    });

  for (const [what, value] of Object.entries({
    'another scheme': 'Basic YWRtaW46YWRtaW4=',
    'no token': 'Bearer',
    'two tokens': 'Bearer a b',
    'characters that no token has': 'Bearer a,b',
  }))
    it(`refuses an Authorization header with ${what}`, async () => {
      const { status, headers, body } = await review({ Authorization: value });
      expect({ status, code: body.code }).to.deep.equal({ status: 401, code: 'TOKEN_INVALID' });
      expect(headers.get('www-authenticate')).to.match(/^Bearer error="invalid_request"/);
    });

  it('asks whoever sends none for one', async () => {
    const { status, headers, body } = await review({});
    expect({ status, code: body.code }).to.deep.equal({ status: 401, code: 'TOKEN_MISSING' });
    expect(headers.get('www-authenticate')).to.equal('Bearer');
  });

  it('asks for one before it looks at the body', async () => {
    const answer = await api.request<Problem>('POST', '/api/reviews', { body: '{', token: null });
    expect(answer.status).to.equal(401);
  });

  it('accepts one that expired within the tolerance of 5 s', async () => {
    expect((await review(bearer(await sign({ exp: now() - 2, sub: 'late' })))).status).to.equal(201);
  });

  it('accepts roles in words, and takes no role of others for one of ours', async () => {
    const roles = 'openid admin.wikis moderator';
    const { id } = await api.createReview(productId);
    const token = await sign({ sub: 'words', roles });
    expect(
      (await api.request('PATCH', `/api/reviews/${id}`, { json: { rating: 1 }, token })).status,
    ).to.equal(200);
    expect((await api.request('DELETE', `/api/products/${productId}`, { token })).status).to.equal(403);
  });

  it('does not look at the token of a read', async () => {
    expect((await api.get('/api/products', bearer('let-me-in'))).status).to.equal(200);
  });

  it('keeps the private key for its owner alone, and tells nobody of it', async () => {
    const { keys } = JSON.parse(await readFile(auth.keysFile, 'utf8')) as { keys: { d: string }[] };
    const { body } = await review(bearer(await sign({ exp: 0 })));
    expect(JSON.stringify(body)).not.to.include(keys[0]!.d);
  });
});
