import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import { killServices, runService } from './support/service-process.ts';

describe('rating-service as a process', () => {
  let database: TestDatabase;
  before(async () => (database = await createTestDatabase({ name: 'rating' })));
  afterEach(killServices);
  after(() => database.drop());

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`stops cleanly on ${signal}`, async () => {
      const service = runService({ RATING_DATABASE_URL: database.url });
      const port = await service.port();
      expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).to.equal(200);
      service.kill(signal);
      expect(await service.closed).to.equal(0);
      expect(service.said.stderr).to.equal('');
    });
  }

  it('stops cleanly when its launcher is gone', async () => {
    const service = runService({ RATING_DATABASE_URL: database.url });
    await service.port();
    service.disconnect();
    expect(await service.closed).to.equal(0);
  });

  it('warns that nothing will arrive without RABBITMQ_URL', async () => {
    const service = runService({ RATING_DATABASE_URL: database.url });
    await service.port();
    expect(service.said.stdout).to.match(/"level":"warn".*RABBITMQ_URL is not set/);
    service.kill('SIGTERM');
    await service.closed;
  });

  it('runs on an embedded PostgreSQL below DATA_DIR when RATING_DATABASE_URL is unset, and stops it too', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ct-rating-'));
    try {
      const service = runService({ DATA_DIR: dataDir });
      const port = await service.port();
      const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
      expect(await ready.json()).to.have.nested.property('parts.postgres', 'up');
      service.kill('SIGTERM');
      expect(await service.closed).to.equal(0);
      expect(service.said.stdout).to.include(join(dataDir, 'rating-service', 'postgres'));
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  const faulty: [string, Record<string, string>, RegExp][] = [
    [
      'a bad environment, naming all faults',
      { RATING_PORT: 'x', LOG_LEVEL: 'loud' },
      /2 faults:\n {2}LOG_LEVEL: .*\n {2}RATING_PORT: .*\n$/,
    ],
    [
      'production without a database',
      { NODE_ENV: 'production' },
      /RATING_DATABASE_URL: must be set in production/,
    ],
  ];
  for (const [title, variables, sentence] of faulty) {
    it(`exits with 1 on ${title}`, async () => {
      const service = runService(variables);
      expect(await service.closed).to.equal(1);
      expect(service.said.stderr)
        .to.match(/^rating-service cannot start\. /)
        .and.to.match(sentence);
    });
  }

  it('exits with 1 on a database that does not exist', async () => {
    const missing = new URL(database.url);
    missing.pathname = '/no_such_database';
    const service = runService({ RATING_DATABASE_URL: missing.href });
    expect(await service.closed).to.equal(1);
    expect(service.said.stderr).to.match(
      /^rating-service cannot start\. The database .* check RATING_DATABASE_URL\.\n$/,
    );
  });

  it('stops cleanly while it waits for a database that is away', async () => {
    const service = runService({ RATING_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    await waitFor('it waits', () => service.said.stdout.includes('trying again'));
    service.kill('SIGTERM');
    expect(await service.closed).to.equal(0);
    expect(service.said.stderr).to.equal('');
  });

  it('starts nothing when the environment is bad', async () => {
    const service = runService({ RATING_PORT: 'x' });
    await service.closed;
    expect(service.said.stdout).to.equal('');
  });

  it('exits with 1 on a port that is taken, in one sentence', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as AddressInfo;
    const service = runService({ RATING_DATABASE_URL: database.url, RATING_PORT: String(port) });
    expect(await service.closed).to.equal(1);
    expect(service.said.stderr).to.match(
      new RegExp(`^rating-service cannot start\\. Port ${port} .* is taken[^\n]*\n$`),
    );
    squatter.close();
  });
});
