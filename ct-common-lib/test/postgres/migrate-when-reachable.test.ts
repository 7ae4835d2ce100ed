import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { createLogger } from '../../src/index.ts';
import { migrateWhenReachable, type Migration } from '../../src/postgres/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/postgres.ts';
import { waitFor } from '../../src/testing/wait-for.ts';

// Named by their SQL, so that each is new to the database.
const migration = (sql: string): Migration => ({ name: sql, up: ({ context }) => context.query(sql) });

describe('migrateWhenReachable', () => {
  let database: TestDatabase;
  let warnings: string[];

  before(async () => {
    database = await createTestDatabase({ name: 'migrate' });
  });
  beforeEach(() => void (warnings = []));
  after(() => database.drop());

  function migrate(url: string, { sql = 'SELECT 1', signal = new AbortController().signal } = {}) {
    const log = createLogger({
      name: 'test',
      level: 'warn',
      destination: { write: (line) => void warnings.push(line) },
    });
    return migrateWhenReachable({
      url,
      migrations: [migration(sql)],
      log,
      urlVariable: 'DATABASE_URL',
      signal,
    });
  }

  /** The database behind a port of its own that nothing listens on yet. */
  async function behindClosedPort() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const url = new URL(database.url);
    const target = { host: url.hostname, port: Number(url.port) };
    url.port = String(port);
    const open = async (): Promise<Server> => {
      const proxy = createServer((socket) => socket.pipe(connect(target)).pipe(socket)).listen(
        port,
        '127.0.0.1',
      );
      await once(proxy, 'listening');
      return proxy;
    };
    return { url: url.href, open };
  }

  it('migrates at once when the database is there', async () => {
    expect(await migrate(database.url)).to.equal(true);
    expect(warnings).to.deep.equal([]);
  });

  it('waits for a database that starts later than the service', async () => {
    const { url, open } = await behindClosedPort();
    const migrated = migrate(url);
    await waitFor('the first attempt', () => warnings.length > 0);
    const proxy = await open();
    expect(await migrated).to.equal(true);
    expect(warnings[0]).to.include('the database does not answer');
    proxy.close();
  });

  it('stops waiting when it is told to', async () => {
    const { url } = await behindClosedPort();
    const stop = new AbortController();
    const migrated = migrate(url, { signal: stop.signal });
    await waitFor('the first attempt', () => warnings.length > 0);
    stop.abort();
    expect(await migrated).to.equal(false);
  });

  const hopeless: [title: string, change: (url: URL) => void, migrations: string][] = [
    ['a database that does not exist', (url) => (url.pathname = '/no_such_database'), 'SELECT 1'],
    ['a migration that fails', () => {}, 'SELECT 1/0'],
  ];
  for (const [title, change, sql] of hopeless) {
    it(`does not wait at ${title}, and names the setting`, async () => {
      const url = new URL(database.url);
      change(url);
      const failure = await migrate(url.href, { sql }).catch((error: unknown) => error);
      expect(failure).to.include({ code: 'DATABASE_UNUSABLE' });
      expect(failure)
        .to.have.property('message')
        .that.matches(/^The database cannot be used .*: check DATABASE_URL\.$/s);
      expect(warnings).to.deep.equal([]);
    });
  }
});
