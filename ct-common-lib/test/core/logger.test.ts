import { expect } from 'chai';
import { DatabaseError } from 'sequelize';
import { AppError, createLogger } from '../../src/index.ts';

function createLogged(level?: string) {
  const lines: string[] = [];
  const log = createLogger({
    name: 'api-service',
    ...(level && { level }),
    destination: { write: (line) => void lines.push(line) },
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

describe('createLogger', () => {
  it('writes one JSON line with name, level name, RFC 3339 time and the facts', () => {
    const { log, lines, last } = createLogged();
    log.warn({ reviewId: 'r1' }, 'review updated');
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/^\{.*\}\n$/);
    expect(last()).to.include({ name: 'api-service', level: 'warn', reviewId: 'r1', msg: 'review updated' });
    expect(last().time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('keeps to its level', () => {
    const { log, lines } = createLogged('error');
    log.warn('not this');
    log.error('this');
    expect(lines).to.have.length(1);
  });

  it('writes no debug lines by default', () => {
    const { log, lines } = createLogged();
    log.debug('not this');
    expect(lines).to.deep.equal([]);
  });

  const secret = 'hunter2';
  const kept: [string, object][] = [
    ['a password', { password: secret }],
    ['a password one level down', { database: { password: secret } }],
    ['an authorization', { authorization: `Bearer ${secret}` }],
    ['request headers', { req: { headers: { authorization: secret, cookie: secret } } }],
    [
      'headers at whatever depth',
      { a: { b: { c: [{ Authorization: secret, 'set-cookie': [secret, secret] }] } } },
    ],
    [
      'an Idempotency-Key',
      { headers: { 'Idempotency-Key': secret, 'idempotency-key': secret }, idempotencyKey: secret },
    ],
    ['an X-API-Key', { headers: { 'X-API-Key': secret }, apiKey: secret, api_key: { value: secret } }],
    ['tokens', { body: { refreshToken: secret, access_token: secret, token: secret, idToken: secret } }],
    ['a token in a text', { reason: `refused Authorization: Bearer ${secret}` }],
    ['second factors', { totpSecret: secret, recoveryCodes: [secret], otp: secret }],
    [
      'the password of a URL',
      { url: `amqp://guest:${secret}@127.0.0.1:5672/vhost`, list: [`redis://:${secret}@cache`] },
    ],
    [
      'the password of a URL in an error',
      { err: new Error(`connect ECONNREFUSED postgres://ct:${secret}@db/ct`) },
    ],
    ['a password of a URL that has an @ itself', { url: `postgres://ct:p@${secret}@db/ct` }],
    [
      'a password among the parameters of a URL, or of a connection',
      {
        url: `redis+sentinel://a,b/shop?sentinelPassword=${secret}&x=1`,
        dsn: `host=db password=${secret} user=ct`,
      },
    ],
    ['a JSON Web Token in a text', { reason: `not ours: eyJhbGciOiJFUzI1NiJ9.${secret}.${secret}` }],
    ['several reviews', { found: { reviews: [{ text: secret }, { authorName: secret }] } }],
    [
      'what a review says, and who wrote it',
      { review: { id: 1, title: secret, text: secret, author: secret } },
    ],
    [
      'what a failed statement was given',
      {
        err: new DatabaseError(
          Object.assign(new Error('null value in column "rating"'), {
            sql: `INSERT INTO reviews (text) VALUES ('${secret}')`,
            parameters: [secret],
            detail: `Failing row contains (${secret}, null).`,
          }),
        ),
      },
    ],
  ];
  for (const [what, facts] of kept) {
    it(`keeps out of the log: ${what}`, () => {
      const { log, lines } = createLogged();
      log.info(facts, 'something happened');
      expect(lines[0]).to.include('something happened');
      expect(lines[0]).not.to.include(secret);
    });
  }

  it('keeps an API key out of any text, and tells which one it was', () => {
    const { log, lines } = createLogged();
    log.info(`no such key: ctr_0123456789ab_${'x'.repeat(43)}`);
    expect(lines[0]).to.include('ctr_0123456789ab_[Redacted]').and.not.to.include('xxx');
  });

  it('leaves whole the token of a link that is printed for somebody to open', () => {
    const { log, last } = createLogged();
    const link = 'http://shop.example/verify-email#eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
    log.warn({ link }, 'no mail server');
    expect(last().link).to.equal(link);
  });

  it('keeps the password of a URL out of the message itself, and leaves the rest of the line as it is', () => {
    const { log, last, lines } = createLogged();
    log.warn(
      { port: 5432, link: 'http://shop.example/verify#t=1' },
      `no answer of redis://default:${secret}@cache:6379/0`,
    );
    expect(last()).to.include({
      port: 5432,
      link: 'http://shop.example/verify#t=1',
      msg: 'no answer of redis://[Redacted]@cache:6379/0',
    });
    expect(lines[0]).to.match(/\}\n$/);
  });

  it('keeps them out of the lines of a child, too', () => {
    const { log, lines } = createLogged();
    log.child({ cookie: secret }).info({ refreshToken: secret }, 'something happened');
    expect(lines[0]).to.include('something happened').and.not.to.include(secret);
  });

  it('tells of an error its class, code, facts and stack, with those of its cause', () => {
    const { log, last } = createLogged();
    const cause = new Error('socket closed');
    log.error(
      { err: new AppError('BUMP_FAILED', { facts: { tags: ['product:1'] }, cause }) },
      'a bump is owed',
    );
    expect(last().err).to.deep.include({
      type: 'AppError',
      code: 'BUMP_FAILED',
      facts: { tags: ['product:1'] },
    });
    expect(last().err)
      .to.have.property('stack')
      .that.matches(/BUMP_FAILED[^]*logger\.test[^]*socket closed/);
  });

  it('tells of a database error which constraint or state it was', () => {
    const { log, last } = createLogged();
    const fields = { sql: '', code: '23505', constraint: 'products_sku_key' };
    log.error({ err: new DatabaseError(Object.assign(new Error('duplicate key'), fields)) }, 'failed');
    expect(last().err).to.have.deep.nested.property('parent.constraint', 'products_sku_key');
    expect(last().err).to.have.deep.nested.property('parent.code', '23505');
  });

  it('writes what was thrown even if it is no error', () => {
    const { log, last } = createLogged();
    log.error({ err: 'just a word' }, 'failed');
    expect(last().err).to.equal('just a word');
  });
});
