import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import { auth } from './support/tokens.ts';
import { endPrograms, root, runProgram } from '../../test/support/program.ts';
import { startService } from '../../test/support/service.ts';

const run = (variables: Record<string, string>) =>
  runProgram(
    process.execPath,
    ['--conditions=ct-source', '--import=tsx', join(root, 'api-service/src/main.ts')],
    {
      variables: { AUTH_KEYS_FILE: auth.keysFile, ...variables },
    },
  );

describe('api-service as a process', () => {
  let database: TestDatabase;
  let dataDir: string;
  before(async () => {
    database = await createTestDatabase({ name: 'api' });
    dataDir = await mkdtemp(join(tmpdir(), 'ct-api-'));
  });
  afterEach(() => endPrograms());
  after(async () => {
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const faulty: [title: string, variables: Record<string, string>, faults: RegExp[]][] = [
    [
      'a bad environment, naming all faults',
      {
        PORT: '70000',
        LOG_LEVEL: 'loud',
        NODE_ENV: 'staging',
        DATABASE_URL: 'mysql://localhost/ct',
        REDIS_URL: 'localhost:6379',
        RABBITMQ_URL: 'http://localhost',
      },
      [
        /6 faults/,
        /^ {2}PORT: /m,
        /^ {2}LOG_LEVEL: /m,
        /^ {2}NODE_ENV: /m,
        /^ {2}DATABASE_URL: .*postgres:\/\//m,
        /^ {2}REDIS_URL: .*redis:\/\//m,
        /^ {2}RABBITMQ_URL: .*amqp:\/\//m,
      ],
    ],
    [
      'production without a database, along with the other faults',
      { NODE_ENV: 'production', PORT: '-1', AUTH_KEYS_FILE: '' },
      [
        /3 faults/,
        /AUTH_KEYS_FILE: must be set in production \(npm run -s keys -- <file> makes one\), or AUTH_JWKS_URL/,
        /DATABASE_URL: must be set in production, e\.g\. DATABASE_URL=postgres:\/\//,
        /PORT: /,
      ],
    ],
    [
      'an identity provider without what its tokens must say',
      { AUTH_JWKS_URL: 'https://id.example/keys' },
      [
        /3 faults/,
        /AUTH_ISSUER: must be set/,
        /AUTH_AUDIENCE: must be set/,
        /AUTH_KEYS_FILE: cannot be set with/,
      ],
    ],
  ];
  for (const [title, variables, faults] of faulty) {
    it(`exits with 1 on ${title}, before anything is started`, async () => {
      const untouched = join(dataDir, 'untouched');
      const { ended, said } = run({ DATA_DIR: untouched, ...variables });
      expect(await ended).to.equal(1);
      expect(said.stderr).to.match(/^api-service cannot start\. The configuration has /);
      expect(said.stderr).to.not.match(/\n\s+at /);
      for (const fault of faults) expect(said.stderr).to.match(fault);
      expect(said.stdout).to.equal('');
      expect(existsSync(untouched)).to.equal(false);
    });
  }

  it('exits with 1 on a port that is taken, in a sentence that says what to do', async () => {
    const taken = createServer();
    const port = await listen(taken);
    try {
      const { ended, said } = run({ PORT: String(port), DATABASE_URL: database.url, LOG_LEVEL: 'error' });
      expect(await ended).to.equal(1);
      expect(said.stderr).to.match(
        new RegExp(`^api-service cannot start\\. Port ${port} on 127\\.0\\.0\\.1 is taken: .*PORT.*\\.\\n$`),
      );
      expect(said.stdout).to.equal('');
    } finally {
      taken.close();
    }
  });

  it('exits with 1 on a file of keys that is not there', async () => {
    const { ended, said } = run({
      PORT: '0',
      DATABASE_URL: database.url,
      AUTH_KEYS_FILE: join(dataDir, 'none.json'),
    });
    expect(await ended).to.equal(1);
    expect(said.stderr).to.match(/^api-service cannot start\. .*none\.json.*npm run keys/);
  });

  it('exits with 1 on a database that does not exist', async () => {
    const url = new URL(database.url);
    url.pathname = '/no_such_database';
    const { ended, said } = run({ PORT: '0', DATABASE_URL: url.href, LOG_LEVEL: 'error' });
    expect(await ended).to.equal(1);
    expect(said.stderr).to.match(/^api-service cannot start\. .*no_such_database.*check DATABASE_URL\.\n$/);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`stops cleanly on ${signal}`, async () => {
      const service = await startService('api-service', { PORT: '0', DATABASE_URL: database.url });
      await service.createProduct({ sku: signal });
      service.program.signal(signal);
      expect(await service.program.ended).to.equal(0);
      expect(service.program.said.stderr).to.equal('');
    });
  }

  it('says that AUTH is off whatever the level of its log', async () => {
    const variables = { PORT: '0', DATABASE_URL: database.url, AUTH: 'off', LOG_LEVEL: 'silent' };
    const { said } = run(variables);
    await waitFor('it to say so', () => said.stdout.includes('\n') && said.stdout);
    expect(JSON.parse(said.stdout)).to.include({
      level: 'warn',
      msg: 'AUTH is off: whoever reaches this service may change and delete everything',
    });
  });

  it('runs on an embedded PostgreSQL below DATA_DIR when DATABASE_URL is unset, and stops it, too', async () => {
    const service = await startService('api-service', { PORT: '0', DATA_DIR: dataDir });
    const { id } = await service.createProduct();
    expect((await service.product(id)).id).to.equal(id);
    expect((await service.health()).body.parts.postgres).to.equal('up');
    expect(service.program.said.stdout).to.match(/"level":"warn".*RABBITMQ_URL is not set/);
    expect(existsSync(join(dataDir, 'api-service', 'postgres'))).to.equal(true);
    service.program.signal('SIGTERM');
    expect(await service.program.ended).to.equal(0);
  });
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
