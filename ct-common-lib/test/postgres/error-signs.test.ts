import { expect } from 'chai';
import { isMissingDatabaseError } from '../../src/postgres/missing.ts';
import { isTransientPostgresError, sqlState, violatedConstraint } from '../../src/postgres/transient.ts';

const failure = (fields: object) => Object.assign(new Error('it failed'), fields);

/** The error, so many levels below others that only wrap it. */
function buried(levels: number, error: Error): Error {
  return levels === 0 ? error : new Error('it failed', { cause: buried(levels - 1, error) });
}

// What the errors of real servers are taken for, transient.test.ts tells; this is about each sign alone.
describe('the signs of a database error that passes', () => {
  const codes = [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ENETUNREACH',
    'EADDRNOTAVAIL',
  ];
  for (const code of codes) {
    it(`are the network's ${code}`, () => {
      expect(isTransientPostgresError(failure({ code }))).to.equal(true);
    });
  }

  const names = ['ConnectionError', 'ConnectionRefusedError', 'HostNotReachableError', 'TimeoutError'];
  for (const name of names) {
    it(`are the name Sequelize${name}`, () => {
      expect(isTransientPostgresError(failure({ name: `Sequelize${name}` }))).to.equal(true);
    });
  }

  it('are a server that takes no writes, as it is not the primary any more', () => {
    expect(isTransientPostgresError(failure({ code: '25006' }))).to.equal(true);
  });

  const others: [what: string, fields: object][] = [
    ['another code', { code: 'ENOENT' }],
    ['a code that is a number', { code: 40001 }],
    ['a longer name', { name: 'SequelizeTimeoutErrorReport' }],
    ['a name that ends like one', { name: 'NoSequelizeTimeoutError' }],
  ];
  for (const [what, fields] of others) {
    it(`are not ${what}`, () => {
      expect(isTransientPostgresError(failure(fields))).to.equal(false);
    });
  }

  it('are looked for in five errors, each the cause of the one before, and in no more', () => {
    const away = failure({ code: 'ECONNREFUSED' });
    expect(isTransientPostgresError(buried(4, away))).to.equal(true);
    expect(isTransientPostgresError(buried(5, away))).to.equal(false);
  });
});

describe('sqlState', () => {
  it('is the first code of five capitals and digits, with a digit among them', () => {
    const wrapped = Object.assign(buried(1, failure({ code: '40P01' })), { code: 'EPIPE' });
    expect(sqlState(wrapped)).to.equal('40P01');
    for (const code of ['EPIPE', '40P0', '40P011', 'x40P01', '40p01', 40001])
      expect(sqlState(failure({ code })), String(code)).to.equal(undefined);
  });
});

describe('violatedConstraint', () => {
  it('is a name, or nothing', () => {
    expect(violatedConstraint(buried(2, failure({ constraint: 'n_positive' })))).to.equal('n_positive');
    expect(violatedConstraint(failure({ constraint: 5 }))).to.equal(undefined);
  });
});

describe('isMissingDatabaseError', () => {
  it('knows a database, a schema or a table that is not there, or not for us, and nothing else', () => {
    for (const code of ['3D000', '3F000', '42P01', '42501'])
      expect(isMissingDatabaseError(buried(1, failure({ code }))), code).to.equal(true);
    for (const code of ['42703', 'ECONNREFUSED', undefined])
      expect(isMissingDatabaseError(failure({ code })), String(code)).to.equal(false);
  });
});
