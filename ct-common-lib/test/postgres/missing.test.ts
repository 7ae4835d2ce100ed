import { expect } from 'chai';
import { Client } from 'pg';
import { isMissingDatabaseError, isTransientPostgresError } from '../../src/postgres/index.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/index.ts';

describe('a missing database', () => {
  let database: TestDatabase;
  before(async () => (database = await createTestDatabase()));
  after(() => database.drop());

  async function failureOf(url: string, sql = 'SELECT 1'): Promise<unknown> {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      await client.query(sql);
    } catch (error) {
      return error;
    } finally {
      await client.end();
    }
    throw new Error('It was to fail');
  }

  it('is told from one that is away', async () => {
    const failures = [
      await failureOf(`${database.url}_gone`),
      await failureOf(database.url, 'SELECT FROM missing'),
      await failureOf(database.url, 'CREATE TABLE missing.t ()'),
    ];
    for (const failure of failures) {
      expect(isMissingDatabaseError(failure)).to.equal(true);
      expect(isMissingDatabaseError(new Error('wrapped', { cause: failure }))).to.equal(true);
      expect(isTransientPostgresError(failure)).to.equal(false);
    }
  });

  it('is not meant by any other error', async () => {
    const failures = [
      await failureOf(database.url, 'SELECT 1 / 0'),
      await failureOf('postgres://127.0.0.1:1/none'),
      new Error('relation "reviews" does not exist'),
    ];
    for (const failure of failures) expect(isMissingDatabaseError(failure)).to.equal(false);
  });
});
