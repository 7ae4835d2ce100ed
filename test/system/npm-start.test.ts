import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { waitFor } from 'ct-common-lib/testing';
import type { Product } from '../../api-service/test/support/http-client.ts';
import { complaint, greeted, npmStart, runNpm, type Started } from '../support/npm.ts';
import { parentOf, processesIn, userOf } from '../support/processes.ts';
import { endPrograms, runProgram } from '../support/program.ts';
import { copyProject, type ProjectCopy } from '../support/project-copy.ts';

describe('npm start on a clean copy of the project', function () {
  this.timeout(300_000);

  let copy: ProjectCopy | undefined;
  let folder: string;
  let started: Started;
  let productId: string;

  before(async () => {
    copy = await copyProject();
    ({ folder } = copy);
    started = await npmStart({ cwd: folder });
  });
  after(async () => {
    await endPrograms();
    await copy?.remove();
  });

  const nothingRuns = () =>
    waitFor('no process is left', () => expect(processesIn(folder)).to.deep.equal([]), { timeoutMs: 20_000 });

  it('says where it answers and where the data lies', async () => {
    expect(started.apiUrl).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(started.data).to.include(join(folder, '.data'));
    const health = await Promise.all(started.health.map(async (url) => (await fetch(url)).status));
    expect(health).to.deep.equal([200, 200]);
  });

  it('prints four lines which, run as they are, end in a product with its rating', async () => {
    const { lines } = started;
    expect(lines).to.have.length(4);
    const first = await sh(`${lines.slice(0, 3).join('\n')}\necho\necho $PRODUCT`, folder);
    productId = first.trim().split('\n').at(-1)!;
    const product = await waitFor('the rating has arrived', async () => {
      const shown = JSON.parse(await sh(`PRODUCT=${productId}\n${lines[3]}`, folder)) as Product;
      return shown.reviewCount > 0 && shown;
    });
    expect(product).to.include({ id: productId, name: 'Blue mug', averageRating: 5, reviewCount: 1 });
  });

  it('makes an admin, whose password it prints, and which works', async () => {
    const [, email, password] = /^ +Admin +(\S+) with the password (\S+),/m.exec(started.greeting)!;
    const { status, body } = await started.request<{ accessToken: string }>('POST', '/api/sessions', {
      json: { email, password },
      token: null,
    });
    expect(status).to.equal(201);
    const accounts = await started.request('GET', '/api/accounts', { token: body.accessToken });
    expect(accounts.status).to.equal(200);
  });

  it('runs PostgreSQL as another user if it runs as root, also where only root may enter', async function () {
    if (process.getuid?.() !== 0) return this.skip();
    expect((await stat(folder)).mode & 0o777).to.equal(0o700);
    expect(userOf(await postmasterOf(folder))).to.not.equal(0);
  });

  it('refuses a second start on the same data, a taken port and a bad environment, each in its words', async () => {
    const port = new URL(started.apiUrl).port;
    const start = async (variables: Record<string, string>) => {
      const program = runNpm(['start'], { cwd: folder, variables });
      const code = await program.ended;
      return { code, said: complaint(program.said.stderr) };
    };
    const [second, taken, faulty] = await Promise.all([
      start({}),
      start({ PORT: port, RATING_PORT: '0', DATA_DIR: 'taken' }),
      start({
        PORT: '70000',
        RATING_PORT: 'x',
        LOG_LEVEL: 'loud',
        REDIS_URL: 'http://r',
        DATA_DIR: 'faulty',
      }),
    ]);

    expect(second).to.have.property('code', 1);
    expect(second.said).to.match(
      /^CT Reviews cannot start\. The data in \S+ is in use by process \d+: [^\n]+\.$/,
    );

    expect(taken).to.have.property('code', 1);
    expect(taken.said).to.match(new RegExp(`^CT Reviews cannot start\\. [^\\n]*${port}[^\\n]*\\.$`));
    expect(existsSync(join(folder, 'taken/postgres/cluster/postmaster.pid')), 'PostgreSQL left running').to.be
      .false;

    expect(faulty).to.have.property('code', 1);
    for (const name of ['PORT', 'RATING_PORT', 'LOG_LEVEL', 'REDIS_URL'])
      expect(faulty.said).to.match(new RegExp(`^  ${name}: `, 'm'));
    expect(existsSync(join(folder, 'faulty')), 'something was started').to.be.false;

    expect(await started.product(productId)).to.include({ reviewCount: 1 });
  });

  it('stops all of it on Ctrl-C', async () => {
    started.program.interrupt();
    await started.program.ended;
    expect(started.program.said.stdout).to.include('CT Reviews has stopped.');
    expect(complaint(started.program.said.stderr)).to.equal('');
    await nothingRuns();
    await (await listen(Number(new URL(started.apiUrl).port))).close();
  });

  it('finds the data again, on the port of PORT', async () => {
    const port = await findFreePort();
    started = await npmStart({ cwd: folder, variables: { PORT: String(port), RATING_PORT: '0' } });
    expect(started.apiUrl).to.equal(`http://127.0.0.1:${port}`);
    // The password is nowhere to be found again.
    expect(started.greeting).to.not.match(/^ +Admin /m);
    expect(await started.product(productId)).to.include({ averageRating: 5, reviewCount: 1 });
  });

  it('keeps its data in the folder of DATA_DIR, and ends with exit code 0 where npm is not in between', async () => {
    const launch = [join(folder, 'scripts/setup.mjs'), 'scripts/start.ts'];
    const variables = { DATA_DIR: 'elsewhere', PORT: '0' };
    const other = await greeted(runProgram(process.execPath, launch, { cwd: folder, variables }));
    expect(other.data).to.include(join(folder, 'elsewhere'));
    expect((await other.get(`/api/products/${productId}`)).status).to.equal(404);
    other.program.interrupt();
    expect(await other.program.ended).to.equal(0);
  });

  it('prints lines that work with a token of the identity provider, where there is one', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = [{ ...(await exportJWK(publicKey)), kid: 'first', alg: 'ES256' }];
    const provider = createHttpServer((_req, res) => res.end(JSON.stringify({ keys })));
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const { port } = provider.address() as AddressInfo;
    const other = await npmStart({
      cwd: folder,
      variables: {
        DATA_DIR: 'of-provider',
        AUTH_JWKS_URL: `http://127.0.0.1:${port}/keys`,
        AUTH_ISSUER: 'https://id.example',
        AUTH_AUDIENCE: 'shop',
      },
    });
    const token = await new SignJWT({ roles: ['admin'] })
      .setProtectedHeader({ alg: 'ES256', kid: 'first' })
      .setIssuer('https://id.example')
      .setAudience('shop')
      .setSubject('ada')
      .setExpirationTime('5 minutes')
      .sign(privateKey);
    const lines = [`ADMIN_TOKEN=${token}`, ...other.lines.slice(0, 3), 'echo', 'echo $PRODUCT'];
    const id = (await sh(lines.join('\n'), folder)).trim().split('\n').at(-1)!;
    await waitFor('the rating has arrived', async () => {
      const shown = JSON.parse(await sh(`PRODUCT=${id}\n${other.lines[3]}`, folder)) as Product;
      return shown.averageRating === 5;
    });
    other.program.interrupt();
    await other.program.ended;
    provider.closeAllConnections();
    provider.close();
  });

  for (const [what, findVictim] of [
    ['npm', () => started.program.pid],
    ['the launcher', async () => parentOf(await nodeOf(folder))],
    ['the services’ own process', () => nodeOf(folder)],
  ] as const) {
    it(`starts again, with its data, after a kill -9 of ${what}`, async function () {
      if (process.platform !== 'linux') return this.skip();
      process.kill(await findVictim(), 'SIGKILL');
      await started.program.ended;
      started = await npmStart({ cwd: folder });
      expect(await started.product(productId)).to.include({ averageRating: 5, reviewCount: 1 });
    });
  }

  it('leaves no process behind after all that', async () => {
    started.program.signal('SIGTERM');
    await started.program.ended;
    await nothingRuns();
  });
});

describe('npm start on a fresh clone, without a package installed', function () {
  this.timeout(300_000);

  let copy: ProjectCopy | undefined;

  after(async () => {
    await endPrograms();
    await copy?.remove();
  });

  // An installation takes longer than all other tests of this file.
  (process.env.CI ? it : it.skip)('installs what it needs, and starts (with CI set)', async () => {
    copy = await copyProject({ installed: false });
    const variables = { npm_config_prefer_offline: 'true' };
    const started = await greeted(runNpm(['start'], { cwd: copy.folder, variables }), { timeoutMs: 240_000 });
    expect(await started.createProduct()).to.include({ averageRating: null, reviewCount: 0 });
  });
});

const sh = async (script: string, cwd: string) =>
  (await promisify(execFile)('sh', ['-c', script], { cwd })).stdout;

async function postmasterOf(folder: string): Promise<number> {
  return Number.parseInt(await readFile(join(folder, '.data/postgres/cluster/postmaster.pid'), 'utf8'), 10);
}

async function nodeOf(folder: string): Promise<number> {
  return (JSON.parse(await readFile(join(folder, '.data/running.json'), 'utf8')) as { pid: number }).pid;
}

/** Throws if something listens there. */
async function listen(port: number) {
  const server = createServer();
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  );
  const close = () => new Promise((resolve) => server.close(resolve));
  return { port: (server.address() as AddressInfo).port, close };
}

async function findFreePort(): Promise<number> {
  const { port, close } = await listen(0);
  await close();
  return port;
}
