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
