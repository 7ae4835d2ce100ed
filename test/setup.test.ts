import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';

// A project whose one dependency lies on this disk already: npm needs no registry for it.
const tsx = dirname(createRequire(import.meta.url).resolve('tsx/package.json'));
const manifest = {
  name: 'sample',
  version: '1.0.0',
  type: 'module',
  devDependencies: { tsx: `file:${tsx}` },
};

const script = `
  import { readFileSync } from 'node:fs';
  const [how, ...rest]: string[] = process.argv.slice(2);
  if (how === 'exit') process.exitCode = 7;
  else if (how === 'die') process.kill(process.pid, 'SIGKILL');
  else if (how === 'wait') process.on('SIGTERM', () => process.exit(9)) && setInterval(() => {}, 60_000);
  console.log(JSON.stringify({ pid: process.pid, cwd: process.cwd(), rest }));
`;

describe('scripts/setup.mjs', function () {
  let root: string;

  before(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'ct-setup-')));
    await cp(join(import.meta.dirname, '..', 'scripts', 'setup.mjs'), join(root, 'scripts', 'setup.mjs'));
    await cp(join(import.meta.dirname, '..', 'scripts', 'setup'), join(root, 'scripts', 'setup'), {
      recursive: true,
    });
    await writeFile(join(root, 'scripts', 'sample.ts'), script);
    await writeManifest({ node: '>=20.0.0' });
    const linked = relative(root, tsx);
    const { version } = JSON.parse(await readFile(join(tsx, 'package.json'), 'utf8')) as { version: string };
    const packages = {
      '': manifest,
      [linked]: { version },
      'node_modules/tsx': { resolved: linked, link: true },
    };
    await writeFile(join(root, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  });

  after(() => rm(root, { recursive: true, force: true }));

  const writeManifest = (engines: { node: string }) =>
    writeFile(join(root, 'package.json'), JSON.stringify({ ...manifest, engines }));

  function start(args: string[], cwd = root) {
    const child = spawn(
      process.execPath,
      [join(root, 'scripts', 'setup.mjs'), 'scripts/sample.ts', ...args],
      {
        cwd,
        env: { ...process.env, npm_config_offline: 'true' },
      },
    );
    const seen = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (seen.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (seen.stderr += chunk.toString()));
    return { child, seen };
  }

  async function run(args: string[], cwd?: string) {
    const { child, seen } = start(args, cwd);
    const [code] = (await once(child, 'close')) as [number];
    return { code, ...seen };
  }

  const said = (stdout: string) =>
    JSON.parse(stdout.slice(stdout.indexOf('{'))) as { pid: number; cwd: string; rest: string[] };

  const isOver = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

  function isRunning(pid: number) {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }

  it('installs what is missing, and runs the script where the user is, with arguments and exit code', async () => {
    const folder = join(root, 'somewhere');
    await mkdir(folder);
    const first = await run(['exit', 'reviews.csv', '--dry-run'], folder);
    expect(first.stderr).to.include('Installing');
    expect(first.code).to.equal(7);
    expect(said(first.stdout)).to.deep.include({ cwd: folder, rest: ['reviews.csv', '--dry-run'] });
    const second = await run([]);
    expect(second).to.deep.include({ code: 0, stderr: '' });
  });

  it('installs again after package-lock.json changed', async () => {
    await appendFile(join(root, 'package-lock.json'), '\n');
    expect((await run([])).stderr).to.include('Installing');
    expect((await run([])).stderr).to.equal('');
  });

  it('installs nothing again that was installed by hand, unless that was something else', async () => {
    await rm(join(root, 'node_modules', '.setup-stamp'));
    expect((await run([])).stderr).to.equal('');
    await rm(join(root, 'node_modules'), { recursive: true });
    await mkdir(join(root, 'node_modules'));
    await writeFile(join(root, 'node_modules', '.package-lock.json'), '{ "packages": {} }');
    expect((await run([])).stderr).to.include('Installing');
  });

  it('repairs an installation that was killed, once for two that start at the same time', async () => {
    for (const name of ['.setup-stamp', '.package-lock.json']) await rm(join(root, 'node_modules', name));
    await writeFile(join(root, '.setup.lock'), '999999999 1');
    const both = await Promise.all([run([]), run([])]);
    expect(both.map(({ code }) => code)).to.deep.equal([0, 0]);
    expect(both.filter(({ stderr }) => stderr.includes('Installing'))).to.have.length(1);
    expect(await readdir(root)).not.to.include('.setup.lock');
  });

  it('passes signals on, and waits for the script to stop', async () => {
    const { child, seen } = start(['wait']);
    await waitFor('the script to run', () => seen.stdout.includes('}'), { timeoutMs: 30_000 });
    child.kill('SIGTERM');
    expect(await once(child, 'close')).to.deep.equal([9, null]);
  });

  it('ends as shells have it when the script was killed', async () => {
    expect(await run(['die'])).to.include({ code: 137 });
  });

  it('stops the script when it is killed itself', async () => {
    const { child, seen } = start(['wait']);
    await waitFor('the script to run', () => seen.stdout.includes('}'), { timeoutMs: 30_000 });
    const { pid } = said(seen.stdout);
    child.kill('SIGKILL');
    await waitFor('the script to end', () => isOver(child) && !isRunning(pid));
  });

  it('names the Node it needs in one sentence', async () => {
    await writeManifest({ node: '^20.99.0 || >=99.0.0' });
    const { code, stderr } = await run([]);
    await writeManifest({ node: '>=20.0.0' });
    expect(code).to.equal(1);
    expect(stderr.trim()).to.equal(
      `CT Reviews needs Node ^20.99.0 || >=99.0.0, and this is Node ${process.versions.node}.`,
    );
  });

  it('says so and fails when npm fails, and lets the next one try', async () => {
    const lock = await readFile(join(root, 'package-lock.json'));
    await writeFile(join(root, 'package-lock.json'), '{ "lockfileVersion": 3, "packages": {} }');
    const failed = await run([]);
    expect(failed).to.include({ code: 1, stdout: '' });
    expect(failed.stderr).to.include('The installation failed');
    await writeFile(join(root, 'package-lock.json'), lock);
    expect(await run([])).to.include({ code: 0 });
  });
});
