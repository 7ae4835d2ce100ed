import { expect } from 'chai';
import { Client } from 'pg';
import { createTestDatabase } from '../../src/testing/postgres.ts';

async function connect(url: string) {
  const client = new Client({ connectionString: url, application_name: 'left-open' });
  // Being thrown out is what the second test is about.
  client.on('error', () => {});
  await client.connect();
  return client;
}

describe('createTestDatabase', () => {
  it('gives each caller a database of its own, and drops it', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase({ name: 'other' })]);
    expect(new URL(one.url).pathname).to.match(/^\/test_/);
    const client = await connect(other.url);
    const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
    expect(`/${rows[0]?.name}`)
      .to.equal(new URL(other.url).pathname)
      .and.match(/^\/other_/);
    await client.end();
    await Promise.all([one.drop(), other.drop()]);
    const gone = await connect(other.url).catch((error: unknown) => error);
    expect(gone).to.include({ code: '3D000' });
  });

  it('drops a database that is still in use, and says who uses it', async () => {
    const database = await createTestDatabase();
    await connect(database.url);
    const error = await database.drop().catch((reason: unknown) => reason);
    expect((error as Error).message).to.match(/open connections:\nleft-open/);
    const gone = await connect(database.url).catch((reason: unknown) => reason);
    expect(gone).to.include({ code: '3D000' });
  });
});
