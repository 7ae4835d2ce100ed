import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { Client, Pool } from 'pg';
import { expect } from 'chai';
import { QueryTypes, Sequelize, type Transaction } from 'sequelize';
import { createLogger, type Logger } from '../../src/index.ts';
import { createSequelize } from '../../src/postgres/sequelize.ts';
import {
  isTransientPostgresError,
  mayHaveCommitted,
  sqlState,
  violatedConstraint,
  withTransientRetry,
} from '../../src/postgres/transient.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/postgres.ts';
import { waitFor } from '../../src/testing/wait-for.ts';

const log = createLogger({ name: 'test', level: 'silent' });
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('database errors', () => {
  let database: TestDatabase;
  let sequelize: Sequelize;

  before(async () => {
    database = await createTestDatabase({ name: 'transient' });
    sequelize = createSequelize(database.url, { log, applicationName: 'transient test' });
    await sequelize.query(`
      CREATE TABLE counters (name text PRIMARY KEY, n integer NOT NULL CONSTRAINT n_positive CHECK (n >= 0));
      INSERT INTO counters VALUES ('a', 0), ('b', 0)`);
  });
  after(async () => {
    await sequelize.close();
    await database.drop();
  });

  const increment = (name: string, transaction: Transaction) =>
    sequelize.query('UPDATE counters SET n = n + 1 WHERE name = $1', { bind: [name], transaction });

  /** Two transactions that lock the same two rows in opposite order. Gives the error of the one that lost, if any. */
  async function deadlock(work: <T>(attempt: () => Promise<T>) => Promise<T> = (attempt) => attempt()) {
    let arrived = 0;
    const transact = (first: string, second: string) =>
      work(() =>
        sequelize.transaction(async (transaction) => {
          await sequelize.query(`SET LOCAL deadlock_timeout = '10ms'`, { transaction });
          await increment(first, transaction);
          arrived++;
          await waitFor('both to hold a row', () => arrived >= 2);
          await increment(second, transaction);
        }),
      );
    const outcomes = await Promise.all([failureOf(transact('a', 'b')), failureOf(transact('b', 'a'))]);
    return outcomes.find(Boolean);
  }

  const backendPid = async (transaction: Transaction) => {
    const [row] = await sequelize.query<{ pid: number }>('SELECT pg_backend_pid() AS pid', {
      transaction,
      type: QueryTypes.SELECT,
    });
    return row!.pid;
  };

  /** One transaction that holds a row, and another that wants it. */
  async function lockTimeout() {
    return sequelize.transaction(async (holder) => {
      await increment('a', holder);
      return failureOf(
        sequelize.transaction(async (transaction) => {
          await sequelize.query(`SET LOCAL lock_timeout = '10ms'`, { transaction });
          await increment('a', transaction);
        }),
      );
    });
  }

  async function terminated() {
    return failureOf(
      sequelize.transaction(async (transaction) => {
        const pid = await backendPid(transaction);
        const running = failureOf(sequelize.query('SELECT pg_sleep(30)', { transaction }));
        await waitFor('the statement to run, and to be ended', async () => {
          const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'`;
          return (await sequelize.query(sql, { bind: [pid], type: QueryTypes.SELECT })).length > 0;
        });
        throw await running;
      }),
    );
  }

  async function goneBeforeTheQuery() {
    return failureOf(
      sequelize.transaction(async (transaction) => {
        const pid = await backendPid(transaction);
        await sequelize.query('SELECT pg_terminate_backend($1)', { bind: [pid] });
        await waitFor('the backend to be gone', async () => {
          const sql = 'SELECT 1 FROM pg_stat_activity WHERE pid = $1';
          return (await sequelize.query(sql, { bind: [pid], type: QueryTypes.SELECT })).length === 0;
        });
        await increment('a', transaction);
      }),
    );
  }

  async function serializationFailure() {
    const isolated = 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ';
    return failureOf(
      sequelize.transaction(async (transaction) => {
        await sequelize.query(isolated, { transaction });
        await sequelize.query('SELECT * FROM counters', { transaction });
        await sequelize.query(`UPDATE counters SET n = n + 1 WHERE name = 'a'`);
        await increment('a', transaction);
      }),
    );
  }

  async function statementTimeout() {
    return failureOf(
      sequelize.transaction(async (transaction) => {
        await sequelize.query(`SET LOCAL statement_timeout = '10ms'`, { transaction });
        await sequelize.query('SELECT pg_sleep(30)', { transaction });
      }),
    );
  }

  async function failureAt(url: string) {
    const other = createSequelize(url, { log, applicationName: 'transient test' });
    const failure = await failureOf(other.query('SELECT 1'));
    await other.close();
    return failure;
  }

  async function diskFull() {
    return failureOf(
      sequelize.query(`DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$`),
    );
  }

  async function refused() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return failureAt(`postgres://x@127.0.0.1:${port}/x`);
  }

  async function hungUp() {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const failure = await failureAt(`postgres://x@127.0.0.1:${port}/x`);
    server.close();
    return failure;
  }

  async function poolExhausted() {
    const other = new Sequelize(database.url, { logging: false, pool: { max: 1, acquire: 1_000 } });
    const failure = await other.transaction(() => failureOf(other.query('SELECT 1')));
    await other.close();
    return failure;
  }

  async function queryTimeout() {
    const client = new Client({ connectionString: database.url, query_timeout: 10 });
    await client.connect();
    const failure = await failureOf(client.query('SELECT pg_sleep(0.1)'));
    await client.end();
    return failure;
  }

  async function connectTimeout() {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const pool = new Pool({ host: '127.0.0.1', port, connectionTimeoutMillis: 20 });
    const failure = await failureOf(pool.query('SELECT 1'));
    await pool.end();
    silent.close();
    return failure;
  }

  /** A server that takes a statement, and ends without a word. */
  async function lostInTheMiddle() {
    const { hostname, port } = new URL(database.url);
    const server = createServer((client) => {
      const upstream = connect({ host: hostname, port: Number(port) });
      client.on('data', (bytes) => {
        if (bytes.includes('UPDATE counters')) client.destroy();
        else upstream.write(bytes);
      });
      upstream.on('data', (bytes) => client.write(bytes));
      client.on('close', () => upstream.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(database.url);
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const other = createSequelize(url.href, { log, applicationName: 'transient test' });
    const failure = await failureOf(other.query('UPDATE counters SET n = n + 1'));
    await other.close();
    server.close();
    return failure;
  }

  async function closedDatabase() {
    const closed = await createTestDatabase({ name: 'closed' });
    const { pathname } = new URL(closed.url);
    await sequelize.query(`ALTER DATABASE "${pathname.slice(1)}" ALLOW_CONNECTIONS false`);
    const failure = await failureAt(closed.url);
    await closed.drop();
    return failure;
  }

  const unknownHost = () => failureAt('postgres://x@no.such.host.invalid/x');

  const transient: [
    title: string,
    provoke: () => Promise<unknown>,
    state: string | undefined,
    outcome: 'nothing was written' | 'it may have been committed',
  ][] = [
    [
      'a backend that is terminated in the middle of a statement',
      terminated,
      '57P01',
      'it may have been committed',
    ],
    ['a connection that is gone before the statement', goneBeforeTheQuery, undefined, 'nothing was written'],
    [
      'a connection that is lost in the middle of a statement',
      lostInTheMiddle,
      undefined,
      'it may have been committed',
    ],
    ['a deadlock', deadlock, '40P01', 'nothing was written'],
    ['a serialization failure', serializationFailure, '40001', 'nothing was written'],
    ['a lock time-out', lockTimeout, '55P03', 'nothing was written'],
    ['a statement time-out', statementTimeout, '57014', 'nothing was written'],
    ['a full disk', diskFull, '53100', 'nothing was written'],
    ['a refused connection', refused, undefined, 'nothing was written'],
    ['a server that hangs up', hungUp, undefined, 'nothing was written'],
    ['a database that takes no connections', closedDatabase, '55000', 'nothing was written'],
    ['a host that is not known', unknownHost, undefined, 'nothing was written'],
    ['a pool with no connection to spare', poolExhausted, undefined, 'nothing was written'],
    ["a client's time-out of a query", queryTimeout, undefined, 'it may have been committed'],
    ["a client's time-out of connecting", connectTimeout, undefined, 'nothing was written'],
  ];

  describe('isTransientPostgresError', () => {
    for (const [title, provoke, state] of transient) {
      it(`is true for ${title}`, async () => {
        const error = await provoke();
        expect(error).to.be.instanceOf(Error);
        expect(isTransientPostgresError(error), String(error)).to.equal(true);
        if (state) expect(sqlState(error)).to.equal(state);
      });
    }

    const lasting: [title: string, sql: string, state: string][] = [
      ['a unique violation', `INSERT INTO counters VALUES ('a', 1)`, '23505'],
      ['a check violation', `UPDATE counters SET n = -1`, '23514'],
      ['a null where none may be', `INSERT INTO counters VALUES ('c', NULL)`, '23502'],
      ['a table that is not there', 'SELECT * FROM nothing', '42P01'],
      ['a statement that is none', 'SELEKT', '42601'],
      ['a state that a statement cannot do with', 'SELECT lastval()', '55000'],
      ['a division by zero', 'SELECT 1/0', '22012'],
    ];
    for (const [title, sql, state] of lasting) {
      it(`is false for ${title}`, async () => {
        const error = await failureOf(sequelize.query(sql));
        expect(error).to.be.instanceOf(Error);
        expect(isTransientPostgresError(error), String(error)).to.equal(false);
        expect(sqlState(error)).to.equal(state);
      });
    }

    const refusals: [title: string, change: (url: URL) => void, state: string][] = [
      ['a database that does not exist', (url) => (url.pathname = '/no_such_database'), '3D000'],
      ['a wrong password', (url) => (url.password = 'wrong'), '28P01'],
    ];
    for (const [title, change, state] of refusals) {
      it(`is false for ${title}, though it is told while connecting`, async () => {
        const url = new URL(database.url);
        change(url);
        const error = await failureAt(url.href);
        expect(isTransientPostgresError(error), String(error)).to.equal(false);
        expect(sqlState(error)).to.equal(state);
      });
    }

    it('is false for what is no database error', () => {
      for (const other of [new TypeError('x is not a function'), 'a word', undefined, { code: '40P01' }])
        expect(isTransientPostgresError(other)).to.equal(false);
    });

    it('looks through whatever was put around the error', async () => {
      const error = await statementTimeout();
      expect(isTransientPostgresError(new Error('could not save', { cause: error }))).to.equal(true);
    });

    it('ends on errors that are causes of each other', () => {
      const [a, b] = [new Error('a'), new Error('b')];
      a.cause = b;
      b.cause = a;
      expect(isTransientPostgresError(a)).to.equal(false);
    });
  });

  describe('mayHaveCommitted', () => {
    for (const [title, provoke, , outcome] of transient) {
      it(`knows of ${title} that ${outcome}`, async () => {
        const error = await provoke();
        expect(mayHaveCommitted(error), String(error)).to.equal(outcome === 'it may have been committed');
      });
    }

    it('is false for an error that does not pass', async () => {
      expect(mayHaveCommitted(await failureOf(sequelize.query('SELEKT')))).to.equal(false);
      expect(mayHaveCommitted(new TypeError('x is not a function'))).to.equal(false);
    });
  });

  describe('violatedConstraint', () => {
    it('names the constraint through all wrappers, and nothing where there is none', async () => {
      const check = await failureOf(sequelize.query('UPDATE counters SET n = -1'));
      const unique = await failureOf(sequelize.query(`INSERT INTO counters VALUES ('a', 1)`));
      expect(violatedConstraint(check)).to.equal('n_positive');
      expect(violatedConstraint(new Error('outer', { cause: unique }))).to.equal('counters_pkey');
      expect(violatedConstraint(await failureOf(sequelize.query('SELEKT')))).to.equal(undefined);
    });
  });

  describe('withTransientRetry', () => {
    it('does the work again when it was the victim of a deadlock', async () => {
      await sequelize.query('UPDATE counters SET n = 0');
      expect(await deadlock((work) => withTransientRetry(work))).to.equal(undefined);
      const counters = await sequelize.query('SELECT * FROM counters ORDER BY name', {
        type: QueryTypes.SELECT,
      });
      expect(counters).to.deep.equal([
        { name: 'a', n: 2 },
        { name: 'b', n: 2 },
      ]);
    });

    const rolledBack = () => Object.assign(new Error('could not serialize access'), { code: '40001' });

    it('gives up after five attempts, with the last error', async () => {
      const thrown: Error[] = [];
      const failure = await failureOf(
        withTransientRetry(async () => {
          thrown.push(rolledBack());
          throw thrown.at(-1)!;
        }),
      );
      expect(thrown).to.have.length(5);
      expect(failure).to.equal(thrown[4]);
    });

    it('gives what the work gives in the end', async () => {
      let attempts = 0;
      const given = await withTransientRetry(async () => {
        if (++attempts < 3) throw rolledBack();
        return 'done';
      });
      expect(given).to.equal('done');
      expect(attempts).to.equal(3);
    });

    for (const [title, provoke] of [
      ['a lost connection, as the outcome is unknown', terminated],
      ['a time-out', statementTimeout],
      ['an error that lasts', () => failureOf(sequelize.query('SELEKT'))],
    ] as const) {
      it(`does not repeat ${title}`, async () => {
        const error = await provoke();
        let attempts = 0;
        const failure = await failureOf(
          withTransientRetry(async () => {
            attempts++;
            throw error as Error;
          }),
        );
        expect(failure).to.equal(error);
        expect(attempts).to.equal(1);
      });
    }

    it('says each time that it does so', async () => {
      const lines: unknown[] = [];
      const told = { ...log, info: (...line: unknown[]) => lines.push(line) } as unknown as Logger;
      let attempts = 0;
      await withTransientRetry(
        async () => {
          if (++attempts < 3) throw rolledBack();
        },
        { log: told },
      );
      const text = 'rolled back by the database; trying again';
      expect(lines).to.deep.equal([
        [{ state: '40001', attempt: 1 }, text],
        [{ state: '40001', attempt: 2 }, text],
      ]);
    });

    it('does not begin again once it is aborted', async () => {
      const abort = new AbortController();
      let attempts = 0;
      const work = async () => {
        attempts++;
        abort.abort();
        throw rolledBack();
      };
      expect(await failureOf(withTransientRetry(work, { signal: abort.signal }))).to.be.instanceOf(Error);
      expect(attempts).to.equal(1);
    });
  });
});
